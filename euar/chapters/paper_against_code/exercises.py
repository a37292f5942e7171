"""Checks of the exercises in "The paper against its code"."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from euar.chapters.answers import on_cases
from euar.chapters.judge import exercise, expect

_SDS = (0.5, 1.0, 2.0)
_VALID = (0.70, 0.78, 0.81, 0.81, 0.74)  # accuracies after each epoch
_TEST = (0.72, 0.83, 0.79, 0.76, 0.75)


@exercise("A model that knows nothing looks worse without the zeros, by their share.")
def without_zeros(answer: float) -> None:
    """Check the MAE over the labels that are not zero, of a model that answers 0 for every row.

    Args:
        answer: if the MAE over all rows is 0.9 and one row in ten has the label zero.
    """
    mistakes = {
        "The sum of errors stays the same, but it is divided by fewer rows.": 0.9,
        "You removed a tenth of the error. The rows left out had no error: only their number goes.": 0.81,
        "You added a tenth. Dividing by nine tenths adds a little more.": 0.99,
    }
    otherwise = "Not yet. Write the MAE as a sum over a number, and see what each becomes."
    expect(answer, 1.0, mistakes, otherwise)


@exercise("Two epochs that are equally good already promise more than half a standard deviation.")
def expected_gain(answer: Callable[[float], float]) -> None:
    """Check what the better of two equally good, independent, normal scores exceeds their mean by.

    Args:
        answer: (standard deviation of one score) -> expected excess of the larger of two.
    """
    sd, root = np.array(_SDS), math.sqrt(math.pi)
    mistakes = {
        "That is the mean distance of the two. The larger lies half of it above the middle.": 2 * sd / root,
        "That is the mean of |x| for one score. The difference of two has standard deviation sd times √2.": (
            math.sqrt(2) * sd / root
        ),
        "That is half of the mean of |x| for one score. The difference has another spread: sd times √2.": (
            sd / math.sqrt(2) / root
        ),
        "The excess grows with the standard deviation, not with the variance.": sd**2 / root,
    }
    expect(on_cases(answer, [(sd,) for sd in _SDS]), sd / root, mistakes)


@exercise("The test split has answered one question, once.")
def honest(answer: Callable[[Sequence[float], Sequence[float]], float]) -> None:
    """Check a function that says which test accuracy may be reported.

    Args:
        answer: (accuracy on validation after each epoch, on test) -> the test accuracy of the epoch that
            validation finds best; the first of equals.
    """
    found = on_cases(answer, [(_VALID, _TEST), (_VALID[::-1], _TEST[::-1])])  # forwards, backwards
    mistakes = {
        "That is the best test accuracy: the epoch was chosen by the test split.": [max(_TEST)] * 2,
        "That is the last epoch. Validation prefers an earlier one.": [_TEST[-1], _TEST[0]],
        "That is the accuracy on validation. It chose the epoch, so it flatters, too.": [max(_VALID)] * 2,
        "That is where validation is worst: the lowest is best for errors, not for accuracies.": [_TEST[0]]
        * 2,
        "Two epochs are equally good on validation. Take the first, so that nobody can choose.": (
            [_TEST[3], _TEST[2]]
        ),
    }
    otherwise = "Not yet. Find the epoch by the first sequence, then read the second there."
    expect(found, [_TEST[2], _TEST[3]], mistakes, otherwise)
