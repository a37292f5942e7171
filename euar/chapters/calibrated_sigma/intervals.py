"""Intervals around ratings from what a model announces: prediction +- reach sd, for 90 % of the rows.

    reach = 1.645                                              if errors are normal and the sd is right
    reach = the k-th smallest of |error| / sd of n rows that taught the model nothing, k = ceil(0.9 (n + 1))

The latter is split conformal prediction with normalised residuals (Lei et al., Distribution-free predictive
inference for regression, JASA 2018). Whatever the distribution of errors, it covers new rows on average, if
they are like the n. It scales all intervals alike: an sd that orders rows badly stays bad, and costs width.
"""

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma.said import Said

_SHARE = 0.9


def normal() -> float:
    """Return the reach of an interval if errors are normal, in sd.

    Example:
        >>> round(normal(), 3)
        1.645
    """
    return NormalDist().inv_cdf((1 + _SHARE) / 2)


def conformal(said: Said, target: NDArray[Any]) -> float:
    """Return the reach of an interval as some rows decide it, in sd.

    Args:
        said: of n rows, with an `sd`.
        target: (n,) ratings.

    Returns:
        inf where n is below 9.

    Example:
        >>> conformal(Said(np.zeros(9), np.full(9, 2.0), {}, {}), np.arange(9.0))
        4.0
    """
    assert said.sd is not None
    scores = np.sort(np.abs(said.prediction - target).astype(float) / said.sd)
    place = math.ceil(_SHARE * (len(scores) + 1))
    return float(scores[place - 1]) if place <= len(scores) else math.inf


def of_intervals(said: Said, target: NDArray[Any], reach: float) -> dict[str, float]:
    """Return the share of rows that are `covered` by prediction +- reach sd, and the mean `width` of that.

    Args:
        said: of n rows, with an `sd`.
        target: (n,) ratings.
        reach: in sd.
    """
    assert said.sd is not None
    half = reach * said.sd.astype(float)
    covered = np.abs(said.prediction - target) <= half
    return {"covered": float(covered.mean()), "width": float(2 * half.mean())}
