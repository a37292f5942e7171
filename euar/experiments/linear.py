"""The linear baselines' metrics on a data set."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset
from euar.systems import linear
from euar.training.scoring import scores
from euar.training.targets import target_scale


def baselines(dataset: MultimodalDataset) -> dict[str, dict[str, float]]:
    """Return the test metrics of what any model must beat.

    Args:
        dataset: in raw units; it is standardised here as in `fit`. To see what a view is worth, drop it
            first with `with_modalities`.

    Returns:
        {name: metrics}: `constant` and `ridge` for ratings, `majority` and `logistic` for classes.
    """
    dataset = dataset.standardize()
    return evaluate(fitted(dataset), dataset, "test")


def fitted(dataset: MultimodalDataset) -> dict[str, linear.Predictor]:
    """Return the baselines, trained on a standardised set; `logistic` and `ridge` stand last."""
    x, y = zip(*(_arrays(dataset, split) for split in ("train", "valid")), strict=True)
    if dataset.task == "regression":
        return {"constant": linear.constant(y[0]), "ridge": linear.ridge(x[0], y[0], x[1], y[1])}
    classes = int(np.max(dataset.target)) + 1
    return {
        "majority": linear.majority(y[0], classes),
        "logistic": linear.logistic(x[0], y[0], x[1], y[1], classes),
    }


def alone(dataset: MultimodalDataset, modality: str) -> MultimodalDataset:
    """Return one modality of a set, and the rows in which it is available."""
    return dataset.subset(mask=dataset.available[modality]).with_modalities([modality])


def evaluate(
    models: Mapping[str, linear.Predictor], dataset: MultimodalDataset, split: str
) -> dict[str, dict[str, float]]:
    """Return {name: metrics} on a split of the standardised set that the models were trained on."""
    x, y = _arrays(dataset, split)
    sentiment = target_scale(dataset).sentiment
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "r of a constant")  # nobody expects one here
        return {name: scores(predict(x), y, sentiment=sentiment) for name, predict in models.items()}


def _arrays(dataset: MultimodalDataset, split: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """All features of a standardised split side by side, and the target."""
    part = dataset.subset(split=split)
    return np.concatenate([*part.modalities.values()], axis=1, dtype=np.float64), part.target
