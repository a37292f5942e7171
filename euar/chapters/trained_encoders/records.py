"""What was measured with encoders that train along, and what the same systems reach on frozen features."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.chapters.mosi import measure as mosi
from euar.chapters.trained_encoders.measure import EXPERIMENT, Where, compared, differences, where
from euar.experiments.comparison import Comparison
from euar.experiments.paired import effect
from euar.experiments.store import newest
from euar.experiments.tables.compared import Effect
from euar.systems.registry import SYSTEMS

WORDS = Where("mosi", ("text",))
#: Losses that the paper's Table 4 takes away: {its row: the setting that is ours}.
ABLATIONS = {"without U-loss": "default; lam 0.0", "without both": "default; alpha 0.0; lam 0.0"}
BLANKED = "blank:5"
_TITLES = {
    "default; lam 0.0": "EUAR without U-loss",
    "default; alpha 0.0; lam 0.0": "EUAR without both losses",
    "paper; num_experts 32": "EUAR, paper, 32 experts",
}


def trained(there: Where) -> Comparison:
    """Return all that was compared, by name; empty where nothing is measured yet."""
    asked = [one for one in compared() if where(one) == there]
    return Comparison({one.name: r for one, r in newest(EXPERIMENT, asked)})


def title(name: str) -> str:
    """Return what the page calls a row.

    Example:
        >>> title("linear-head"), title("default; lam 0.0")
        ('linear head', 'EUAR without U-loss')
    """
    return _TITLES.get(name) or SYSTEMS[name].label


def frozen_words() -> Comparison:
    """Return the systems that were trained on the frozen sentence vectors of CMU-MOSI alone."""
    pairs = newest("mosi", mosi.measurements())
    return Comparison(
        {row.system: r for row, r in pairs if (row.variant, row.modalities) == ("official", ("text",))}
    )


def leads(there: Where, metric: str, test: str = "test") -> dict[str, Effect]:
    """Return {title: EUAR's default minus it}, over seeds and rows, as measured."""
    asked = {one: minus for one, minus in differences().items() if where(one) == there}
    found = dict(newest(EXPERIMENT, asked.values()))
    return {
        title(one.name): effect(found[minus]["effects"][test][metric])
        for one, minus in asked.items()
        if minus in found
    }


def known(result: Mapping[str, Any], test: str, *names: str) -> NDArray[np.float64]:
    """Return what each run of a result knows of a test split, (S,), by a path of names in its `trials`."""
    found = []
    for run in result["runs"]:
        value = run["trials"][test]
        for name in names:
            value = value[name]
        found.append(value)
    return np.array(found)
