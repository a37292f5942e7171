"""The linear baselines' metrics on a data set."""

import warnings

import numpy as np
from numpy.typing import NDArray

from euar.baselines import linear
from euar.data import MultimodalDataset
from euar.training.scoring import scores


def baselines(dataset: MultimodalDataset) -> dict[str, dict[str, float]]:
    """Return the test metrics of what any model must beat.

    Args:
        dataset: in raw units; it is standardised here as in `fit`. To see what a view is worth, drop it
            first with `with_modalities`.

    Returns:
        {name: metrics}: `constant` and `ridge` for ratings, `majority` and `logistic` for classes.
    """
    dataset = dataset.standardize()
    x, y = zip(*(_arrays(dataset, split) for split in ("train", "valid", "test")), strict=True)
    if dataset.task == "classification":
        classes = int(np.max(dataset.target)) + 1
        fitted = {
            "majority": linear.majority(y[0], classes),
            "logistic": linear.logistic(x[0], y[0], x[1], y[1], classes),
        }
    else:
        fitted = {"constant": linear.constant(y[0]), "ridge": linear.ridge(x[0], y[0], x[1], y[1])}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "r of a constant")  # nobody expects one here
        return {name: scores(predict(x[2]), y[2]) for name, predict in fitted.items()}


def _arrays(dataset: MultimodalDataset, split: str) -> tuple[NDArray, NDArray]:
    """All features of a standardised split side by side, and the target."""
    part = dataset.subset(split=split)
    return np.concatenate([*part.modalities.values()], axis=1, dtype=np.float64), part.target
