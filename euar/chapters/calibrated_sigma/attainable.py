"""How well the raters' disagreement can be read from the tweets: a linear model that learns from it.

The systems are never told how far the raters were apart; this one is, so it says what can be had. It is a
reference and no bound: another model may do better.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from euar.chapters.calibrated_sigma.trials import equally_rated, of_raters
from euar.data import MultimodalDataset
from euar.experiments.linear import baselines
from euar.experiments.measurement import Measurement, Observation
from euar.systems.linear import ridge


@dataclass(frozen=True, kw_only=True)
class Attainable(Measurement):
    """Ridge regression on the raters' SDs of one pool, as data; `raters` is its trial, see `of_raters`."""

    @property
    def name(self) -> str:
        """The linear model."""
        return "ridge on the raters' SDs"

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:  # noqa: ARG002  it fits any
        """Return what is fitted."""
        return {"model": {"type": "euar.systems.linear.ridge"}}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Fit it, and ask it about the test rows."""
        rated = dataset.subset(mask=equally_rated(dataset)).standardize()
        x, y = np.concatenate([*rated.modalities.values()], axis=1), rated.target_sd
        assert y is not None
        train, valid, test = (rated.split == split for split in ("train", "valid", "test"))
        said = ridge(x[train], y[train], x[valid], y[valid])(x[test])
        found = of_raters({self.name: said}, rated.subset(split="test"))
        return Observation({"raters": found[self.name], "baselines": baselines(dataset)}, {})
