"""Checks of the exercises in the quick start."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from euar.chapters.judge import Feedback, called, is_empty
from euar.intervals import t_interval

_MATTERS = {"other rows": False, "draws": False, "batch size": False, "views": True}
_REASONS = {
    "other rows": "the gate of the default preset looks at one row at a time",
    "draws": "in evaluation an expert answers with its mean; nothing is drawn",
    "batch size": "no layer here mixes the rows of a batch",
    "views": "a row without a view loses that part of the joint feature",
}


def what_matters(answer: Mapping[str, bool | None]) -> Feedback:
    """Check which changes can move a test row's prediction, for the default preset.

    Args:
        answer: {change: whether it can}; `other rows`, `draws`, `batch size` and `views`.
    """
    for name, right in _MATTERS.items():
        given = answer.get(name)
        if is_empty(given):
            return Feedback(False, f"{name}: say True or False.")
        if bool(given) is not right:
            return Feedback(False, f"{name}: look again; {_REASONS[name]}.")
    return Feedback(
        True, "Right. In training the draws matter too, and with the released gate the other rows."
    )


def best_constant(answer: Callable[[np.ndarray], float]) -> Feedback:
    """Check the constant prediction that has the lowest mean absolute error.

    Args:
        answer: function of ratings (n,) that returns the constant.
    """
    samples = np.array([-3.0, -2.5, -2.0, 1.0, 1.2, 1.4, 2.9]), np.array([0.0, 0.1, 2.0, 3.0])
    for target in samples:
        found = called(lambda ratings=target: answer(ratings))
        if isinstance(found, Feedback):
            return found
        if is_empty(found):
            return Feedback(
                False, "No constant yet. Move a constant to the right a little: which errors grow?"
            )
        lowest = np.abs(target - np.median(target)).mean()  # every point between the middle two is as good
        if np.abs(target - found).mean() > lowest + 1e-9:
            return Feedback(False, _not_the_median(float(found), target))
    return Feedback(True, "Right: as many ratings above as below, so the pulls of both sides cancel.")


def _not_the_median(found: float, target: np.ndarray) -> str:
    if np.isclose(found, target.mean()):
        return "That is the mean: it minimises the squared error, in which large errors pull harder."
    if np.isclose(found, (target.min() + target.max()) / 2):
        return "That is the middle of the range: it minimises the largest error, not their mean."
    return (
        f"{found:.3g} is not the best for ratings {target.tolist()}: count how many lie on either side of it."
    )


def paired_interval(answer: Callable[[Sequence[float], float], ArrayLike]) -> Feedback:
    """Check the 95 % interval of the mean difference between the seeds' errors and a baseline's.

    Args:
        answer: function of the seeds' values and the baseline's value that returns (low, high).
    """
    values, baseline = [0.41, 0.38, 0.40, 0.36], 0.42
    found = called(lambda: answer(values, baseline))
    if isinstance(found, Feedback):
        return found
    if is_empty(found):
        return Feedback(False, "Nothing came back. Start with the differences, one a seed.")
    found = np.asarray(found, dtype=float)
    if found.shape != (2,):
        return Feedback(False, f"expected two numbers, low and high, found shape {found.shape}.")
    if np.allclose(found, _interval(values, baseline), atol=1e-4):
        return Feedback(
            True, "Right. Below zero at both ends means: better on average over seeds, beyond easy luck."
        )
    return Feedback(False, _slip(found, values, baseline))


def _interval(values: Sequence[float], baseline: float) -> tuple[float, float]:
    right = t_interval(value - baseline for value in values)
    return right.low, right.high


def _slip(found: np.ndarray, values: Sequence[float], baseline: float) -> str:
    n, sd = len(values), np.std(values, ddof=1)
    low, high = _interval(values, baseline)
    mean, half = (low + high) / 2, (high - low) / 2
    if np.allclose(found, (-high, -low), atol=1e-4):
        return "The sign: take EUAR minus baseline, so that a lower error is negative."
    if not np.isclose(found.mean(), mean, atol=1e-4):
        return "The interval should lie around the mean of the differences."
    slips = {
        "That is the spread of single seeds; the mean of n seeds is surer by the root of n.": half * n**0.5,
        "1.96 holds for many seeds. With few, take Student's t with n - 1 degrees of freedom.": 1.96
        * sd
        / n**0.5,
        "Divide the squared deviations by n - 1, not by n.": half * (1 - 1 / n) ** 0.5,
    }
    width = (found[1] - found[0]) / 2
    named = (text for text, wrong in slips.items() if np.isclose(width, wrong, atol=1e-4))
    return next(named, "The centre is right, the width is not: t times sd over the root of n.")
