"""Pictures of the knobs: what each does to the error, and what inside the mixtures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.intervals import Interval
from euar.plots.curves import curve_panels
from euar.plots.forest import forest


def errors(effects: Mapping[str, ArrayLike | Interval]) -> Figure:
    """Draw test errors minus that of the reference, one row a change.

    Args:
        effects: {title: a difference for each seed (S,)}.
    """
    rows = {name: {"": values} for name, values in effects.items()}
    return forest(rows, "test error minus that of the reference", lines={"": 0})


def mixtures(panels: Mapping[str, Mapping[str, ArrayLike]], values: Sequence[float], knob: str) -> Figure:
    """Draw what mixtures do as a knob is turned; the values stand at equal distances.

    Args:
        panels: {quantity: {view: (S, values)}}.
        values: of the knob.
        knob: what the horizontal axis says.
    """
    places = np.arange(1.0, len(values) + 1)
    ticks: dict[str, Any] = {"xticks": places, "xticklabels": [f"{value:g}" for value in values]}
    return curve_panels(panels, places, label=knob, **ticks)
