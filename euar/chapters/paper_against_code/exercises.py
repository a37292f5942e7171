"""Checks of the exercises in "The paper against its code"."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from euar.chapters.judge import EMPTY, Feedback, called, compared, is_empty, raised, returned

_SDS = (0.5, 1.0, 2.0)
_VALID = (0.70, 0.78, 0.81, 0.81, 0.74)  # accuracies after each epoch
_TEST = (0.72, 0.83, 0.79, 0.76, 0.75)


def without_zeros(answer: float) -> Feedback:
    """Check the MAE over the labels that are not zero, of a model that answers 0 for every row.

    Args:
        answer: if the MAE over all rows is 0.9 and one row in ten has the label zero.
    """
    if is_empty(answer):
        return Feedback(False, "Put a number in place of the dots.")
    mistakes = (
        (0.9, "The sum of errors stays the same, but it is divided by fewer rows."),
        (0.81, "You removed a tenth of the error. The rows left out had no error: only their number goes."),
        (0.99, "You added a tenth. Dividing by nine tenths adds a little more."),
    )
    for wrong, message in mistakes:
        if math.isclose(answer, wrong, rel_tol=1e-3):
            return Feedback(False, message)
    if not math.isclose(answer, 1.0, rel_tol=1e-3):
        return Feedback(False, "Not yet. Write the MAE as a sum over a number, and see what each becomes.")
    return Feedback(True, "A model that knows nothing looks worse without the zeros, by their share.")


def expected_gain(answer: Callable[[float], float]) -> Feedback:
    """Check what the better of two equally good, independent, normal scores exceeds their mean by.

    Args:
        answer: (standard deviation of one score) -> expected excess of the larger of two.
    """
    found = called(lambda: np.array([float(returned(answer(sd))) for sd in _SDS]))
    if isinstance(found, Feedback):
        return found
    sds = np.array(_SDS)
    mistakes = {
        "That is the mean distance of the two. The larger lies half of it above the middle.": (
            2 * sds / math.sqrt(math.pi)
        ),
        "That is the mean of |x| for one score. The difference of two has standard deviation sd times √2.": (
            sds * math.sqrt(2 / math.pi)
        ),
        "That is half of the mean of |x| for one score. The difference has another spread: sd times √2.": (
            sds / math.sqrt(2 * math.pi)
        ),
        "The excess grows with the standard deviation, not with the variance.": sds**2 / math.sqrt(math.pi),
    }
    praise = "Two epochs that are equally good already promise more than half a standard deviation."
    return compared(found, sds / math.sqrt(math.pi), praise, mistakes)


def honest(answer: Callable[[Sequence[float], Sequence[float]], float]) -> Feedback:
    """Check a function that says which test accuracy may be reported.

    Args:
        answer: (accuracy on validation after each epoch, on test) -> the test accuracy of the epoch that
            validation finds best; the first of equals.
    """
    try:
        value = answer(_VALID, _TEST)
        if is_empty(value):
            return EMPTY
        value, turned = float(value), float(answer(_VALID[::-1], _TEST[::-1]))
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    mistakes = {
        max(_TEST): "That is the best test accuracy: the epoch was chosen by the test split.",
        _TEST[-1]: "That is the last epoch. Validation prefers an earlier one.",
        max(_VALID): "That is the accuracy on validation. It chose the epoch, so it flatters, too.",
        _TEST[0]: "That is where validation is worst: the lowest is best for errors, not for accuracies.",
        _TEST[3]: "Two epochs are equally good on validation. Take the first, so that nobody can choose.",
    }
    if value in mistakes:
        return Feedback(False, mistakes[value])
    if (value, turned) != (_TEST[2], _TEST[3]):
        return Feedback(False, "Not yet. Find the epoch by the first sequence, then read the second there.")
    return Feedback(True, "The test split has answered one question, once.")
