"""Checks of the exercises in "CMU-MOSI: what do voice and face add to the words?"."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.judge import EMPTY, Feedback, called, compared, is_empty, raised, returned

_CASES = [(73, 1281, 1.5), (10, 200, 0.5), (5, 1000, 2.0)]  # columns, rows, variance
_LABEL = np.array([1.0, 2.0, -1.0, 0.4, -0.4, 3.0, -3.0, -2.0, -1.5, 0.5, 0.0, 0.0, 0.0])
_PREDICTION = np.array([0.5, -0.1, -0.2, 0.3, -1.0, 2.0, 0.1, 0.0, 0.0, 0.0, -0.3, -0.2, -0.1])


def sets(answer: tuple[int, int, int]) -> Feedback:
    """Check the number of sets of three modalities, and of trainings that two protocols need.

    Args:
        answer: (sets, trainings in the matched protocol, trainings once for all).
    """
    try:
        number, matched, once = (int(value) for value in answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put three whole numbers in place of the dots.")
    if number == 8:
        return Feedback(False, "First: without any modality there is nothing to predict from.")
    if number == 6:
        return Feedback(False, "First: the full set counts too.")
    if number != 7:
        return Feedback(False, "First: each modality is in or out. How many ways, without the empty one?")
    if matched != 7:
        return Feedback(False, "Second: in the matched protocol each set has a model of its own.")
    if once != 1:
        return Feedback(False, "Third: the model that was trained with all is used for every set.")
    return Feedback(True, "The matched protocol is the kinder one: its models know what they will get.")


def cost_of_noise(answer: Callable[[int, int, float], float]) -> Feedback:
    """Check what columns of pure noise add to the expected squared error of a linear model.

    Args:
        answer: (columns, training rows, unexplained variance) -> squared error that is added.
    """
    found = called(lambda: np.array([float(returned(answer(*case))) for case in _CASES]))
    if isinstance(found, Feedback):
        return found
    d, n, s2 = np.transpose(_CASES)
    mistakes = {
        "That is the variance of one weight. There is one for each column.": s2 / n,
        "That is the root. The question asks for the squared error.": np.sqrt(d * s2 / n),
        "Columns and rows are exchanged: more rows pin the weights down.": n * s2 / d,
        "The weights' errors are independent: variances add, not standard deviations.": d**2 * s2 / n,
        "You left out the variance that nothing explains.": d / n,
    }
    return compared(found, d * s2 / n, "Every useless column costs, and rows pay for it.", mistakes)


def acc2(answer: Callable[[NDArray, NDArray], float]) -> Feedback:
    """Check Acc2 over the labels that are not zero.

    Args:
        answer: (prediction (B,), label (B,)) -> share of right signs.
    """
    try:
        value = answer(_PREDICTION.copy(), _LABEL.copy())
        if is_empty(value):
            return EMPTY
        value = float(value)
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    polar = _LABEL != 0
    p, y = _PREDICTION[polar], _LABEL[polar]
    mistakes = (
        (np.mean((_PREDICTION > 0) == (_LABEL > 0)), "Rows with the label 0 do not count: cut them first."),
        (np.mean((_PREDICTION >= 0) == (_LABEL >= 0)), "Label 0 is neither side. Cut these rows first."),
        (np.mean((p >= 0) == (y > 0)), "A prediction of exactly 0 counts as negative: use > 0."),
        (
            np.mean(np.sign(p) == np.sign(y)),
            "np.sign(0) is neither side: a prediction of 0 is negative here.",
        ),
        (np.sum((p > 0) == (y > 0)), "That is a number of rows. Divide by how many count."),
        (np.mean((p > 0) == (y > 0)) * polar.mean(), "Divide by the rows that count, not by all."),
    )
    if np.isclose(value, np.mean((p > 0) == (y > 0))):
        return Feedback(True, "The neutral rows are gone, and with them the hardest ones.")
    for wrong, message in mistakes:
        if np.isclose(value, wrong):
            return Feedback(False, message)
    return Feedback(False, f"Not yet: found {value:.3f}. Try it by hand on three rows.")
