"""The numbers that judge a prediction, by kind of target: ratings (float) or classes (integers)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.training import metrics


def scores(prediction: NDArray[Any], target: NDArray[Any], *, sentiment: bool = True) -> dict[str, float]:
    """Return `metrics.classification` for integer targets, else the metrics of ratings.

    Args:
        prediction: in the user's units, or logits.
        target: in the user's units, or classes.
        sentiment: whether ratings are on the sentiment scale, see `targets`: then `metrics.regression`,
            else `metrics.plain_regression`.
    """
    if np.issubdtype(target.dtype, np.integer):
        return metrics.classification(prediction, target)
    return (metrics.regression if sentiment else metrics.plain_regression)(prediction, target)


def criterion(prediction: NDArray[Any], target: NDArray[Any]) -> float:
    """Return what selection minimises: cross-entropy (nats) for integer targets, else MAE (label units)."""
    p = prediction.astype(np.float64)
    if np.issubdtype(target.dtype, np.integer):
        return float((np.logaddexp.reduce(p, axis=1) - p[np.arange(len(target)), target]).mean())
    return float(np.abs(p - target).mean())
