"""Checks of the exercises in "CMU-MOSEI: does more data change the picture?"."""

import math
from collections.abc import Callable

import numpy as np

from euar.chapters.judge import EMPTY, Feedback, is_empty, raised

_ROWS = (685, 4653)  # test rows of CMU-MOSI and CMU-MOSEI
_CASES = [(0.01, 0.02), (0.005, 0.02), (0.01, 0.005), (0.002, 0.03)]


def shrinkage(answer: float) -> Feedback:
    """Check by which factor the standard error of an accuracy falls from 685 test rows to 4,653.

    Args:
        answer: the error on the larger split over that on the smaller, at the same accuracy.
    """
    if is_empty(answer):
        return Feedback(False, "Put a number in place of the dots.")
    small, large = _ROWS
    mistakes = (
        (small / large, "That is the ratio of the rows. The error follows their square root."),
        (math.sqrt(large / small), "That is how much larger the error on the small split is. Turn it over."),
        (large / small, "That is how many times more rows there are. The error gets smaller."),
    )
    for wrong, message in mistakes:
        if math.isclose(answer, wrong, rel_tol=0.02):
            return Feedback(False, message)
    if not math.isclose(answer, math.sqrt(small / large), rel_tol=0.02):
        return Feedback(False, "Not yet. Write the error for both splits and divide; the accuracy cancels.")
    return Feedback(True, "Nearly seven times the rows, and the error falls to little more than a third.")


def seeds_needed(answer: Callable[[float, float], float]) -> Feedback:
    """Check how many seeds make an interval as narrow as a difference.

    Args:
        answer: (difference, standard deviation over seeds) -> the least whole number of seeds whose
            half-width, 1.96 standard errors, is below the difference.
    """
    try:
        found = [answer(*case) for case in _CASES]
        if is_empty(found[0]):
            return EMPTY
        found = np.array([float(value) for value in found])
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    difference, sd = np.transpose(_CASES)
    exact = (1.96 * sd / difference) ** 2
    mistakes = (
        (exact, "The right size, but no whole number. A fraction of a seed cannot be trained: round up."),
        (np.floor(exact), "You round down. Then the interval is still a little too wide."),
        (np.ceil(1.96 * sd / difference), "The standard error falls with the root of the number: square it."),
        (np.ceil((sd / difference) ** 2), "You leave out the 1.96: one standard error is no 95 % interval."),
    )
    for wrong, message in mistakes:
        if np.allclose(found, wrong):
            return Feedback(False, message)
    if not np.allclose(found, np.ceil(exact)):
        return Feedback(False, "Not yet. Ask that 1.96 s / sqrt(n) is below the difference, and solve for n.")
    return Feedback(True, "Half the difference needs four times the seeds.")


def nested(answer: Callable[[int, int, int], np.ndarray]) -> Feedback:
    """Check a function that draws training rows.

    Args:
        answer: (rows, size, seed) -> (size,) row numbers below `rows`, each once; a smaller size's rows are
            among a larger one's.
    """
    try:
        drawn = answer(1000, 40, 0)
        if is_empty(drawn):
            return EMPTY
        small, large = (set(np.asarray(answer(1000, size, 0)).tolist()) for size in (10, 40))
        other = set(np.asarray(answer(1000, 40, 1)).tolist())
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    drawn = np.asarray(drawn)
    if drawn.shape != (40,) or len(set(drawn.tolist())) != 40:
        return Feedback(False, "Ask for 40 rows: there must be 40 different ones.")
    if drawn.min() < 0 or drawn.max() >= 1000:
        return Feedback(False, "A row number is outside 0 to rows - 1.")
    if large == other:
        return Feedback(False, "Another seed draws the same rows.")
    if large == set(range(40)):
        return Feedback(False, "Those are the first rows, and they come from a few videos. Draw at random.")
    if not small < large:
        return Feedback(False, "Of 40 rows, the 10 are not a part. Permute once, then cut.")
    return Feedback(True, "Nested sets: the curve changes by added rows alone, not by other rows.")
