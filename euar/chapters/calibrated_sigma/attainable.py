"""How well the raters' disagreement can be read from the tweets: a linear model that learns from it.

The systems are never told how far the raters were apart; this one is, so it says what can be had. It is a
reference and no bound: another model may do better.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma.elsewhere import elsewhere
from euar.chapters.calibrated_sigma.trials import equally_rated, of_raters
from euar.data import MultimodalDataset
from euar.experiments.linear import baselines
from euar.experiments.measurement import Measurement, Observation
from euar.systems.linear import ridge


@dataclass(frozen=True, kw_only=True)
class Attainable(Measurement):
    """Ridge regression on the raters' SDs of one pool, as data.

    Its result has `raters` {`"test"` or a kind of `elsewhere`: its trial, see `of_raters`}.
    """

    data: str = "embedded"

    @property
    def name(self) -> str:
        """The linear model."""
        return "ridge on the raters' SDs"

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:  # noqa: ARG002  it fits any
        """Return what is fitted."""
        return {"model": {"type": "euar.systems.linear.ridge"}}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Fit it, and ask it about all test rows."""
        few = dataset.subset(mask=equally_rated(dataset))
        tests = {"test": few, **self.tests(few)}
        said = {name: _told(test.standardize()) for name, test in tests.items()}
        found = {name: of_raters(said[name], test.subset(split="test")) for name, test in tests.items()}
        raters = {name: trial["ridge"] for name, trial in found.items()}
        return Observation({"raters": raters, "baselines": baselines(dataset)}, {})

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set with other test rows."""
        return elsewhere(dataset)


def _told(rated: MultimodalDataset) -> dict[str, NDArray[Any]]:
    """What a ridge that has learned from the raters' SDs says of the test rows of a standardised set."""
    x, y = np.concatenate([*rated.modalities.values()], axis=1), rated.target_sd
    assert y is not None
    train, valid, test = (rated.split == split for split in ("train", "valid", "test"))
    return {"ridge": ridge(x[train], y[train], x[valid], y[valid])(x[test])}
