"""The numbers that judge a prediction, by kind of target: ratings (float) or classes (integers)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.training import metrics


def scores(prediction: NDArray[Any], target: NDArray[Any]) -> dict[str, float]:
    """Return `metrics.classification` for integer targets, else `metrics.regression`."""
    if np.issubdtype(target.dtype, np.integer):
        return metrics.classification(prediction, target)
    return metrics.regression(prediction, target)


def criterion(prediction: NDArray[Any], target: NDArray[Any]) -> float:
    """Return what selection minimises: cross-entropy (nats) for integer targets, else MAE (label units)."""
    p = prediction.astype(np.float64)
    if np.issubdtype(target.dtype, np.integer):
        return float((np.logaddexp.reduce(p, axis=1) - p[np.arange(len(target)), target]).mean())
    return float(np.abs(p - target).mean())
