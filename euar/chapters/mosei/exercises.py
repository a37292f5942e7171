"""Checks of the exercises in "CMU-MOSEI: does more data change the picture?"."""

import math
from collections.abc import Callable

import numpy as np

from euar.chapters.answers import array, call, on_cases, require
from euar.chapters.judge import exercise, expect

_ROWS = (685, 4653)  # test rows of CMU-MOSI and CMU-MOSEI
_CASES = [(0.01, 0.02), (0.005, 0.02), (0.01, 0.005), (0.002, 0.03)]


@exercise("Nearly seven times the rows, and the error falls to little more than a third.")
def shrinkage(answer: float) -> None:
    """Check by which factor the standard error of an accuracy falls from 685 test rows to 4,653.

    Args:
        answer: the error on the larger split over that on the smaller, at the same accuracy.
    """
    small, large = _ROWS
    right = math.sqrt(small / large)
    mistakes = {
        "That is the ratio of the rows. The error follows their square root.": right**2,
        "That is how much larger the error on the small split is. Turn it over.": 1 / right,
        "That is how many times more rows there are. The error gets smaller.": large / small,
    }
    otherwise = "Not yet. Write the error for both splits and divide; the accuracy cancels."
    expect(answer, right, mistakes, otherwise, tolerance=0.02)


@exercise("Half the difference needs four times the seeds.")
def seeds_needed(answer: Callable[[float, float], float]) -> None:
    """Check how many seeds make an interval as narrow as a difference.

    Args:
        answer: (difference, standard deviation over seeds) -> the least whole number of seeds whose
            half-width, 1.96 standard errors, is below the difference.
    """
    difference, sd = np.transpose(_CASES)
    root = 1.96 * sd / difference
    mistakes = {
        "The right size, but no whole number. A fraction of a seed cannot be trained: round up.": root**2,
        "You round down. Then the interval is still a little too wide.": np.floor(root**2),
        "The standard error falls with the root of the number: square it.": np.ceil(root),
        "You leave out the 1.96: one standard error is no 95 % interval.": np.ceil((sd / difference) ** 2),
    }
    otherwise = "Not yet. Ask that 1.96 s / sqrt(n) is below the difference, and solve for n."
    expect(on_cases(answer, _CASES), np.ceil(root**2), mistakes, otherwise)


@exercise("Nested sets: the curve changes by added rows alone, not by other rows.")
def nested(answer: Callable[[int, int, int], np.ndarray]) -> None:
    """Check a function that draws training rows.

    Args:
        answer: (rows, size, seed) -> (size,) row numbers below `rows`, each once; a smaller size's rows are
            among a larger one's.
    """
    cases = [(1000, 40, 0), (1000, 10, 0), (1000, 40, 1)]
    drawn, few, others = (array(call(answer, *case)) for case in cases)
    chosen = set(drawn.ravel().tolist())
    different = drawn.shape == (40,) and len(chosen) == 40
    require(different, "Ask for 40 rows: there must be 40 different ones.")
    require(drawn.min() >= 0 and drawn.max() < 1000, "A row number is outside 0 to rows - 1.")
    require(chosen != set(others.ravel().tolist()), "Another seed draws the same rows.")
    at_random = chosen != set(range(40))
    require(at_random, "Those are the first rows, and they come from a few videos. Draw at random.")
    require(set(few.ravel().tolist()) < chosen, "Of 40 rows, the 10 are not a part. Permute once, then cut.")
