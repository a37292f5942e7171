"""Checks of the exercises in "CMU-MOSI: what do voice and face add to the words?"."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import call, on_cases, shaped
from euar.chapters.judge import exercise, expect

_CASES = [(73, 1281, 1.5), (10, 200, 0.5), (5, 1000, 2.0)]  # columns, rows, variance
_LABEL = np.array([1.0, 2.0, -1.0, 0.4, -0.4, 3.0, -3.0, -2.0, -1.5, 0.5, 0.0, 0.0, 0.0])
_PREDICTION = np.array([0.5, -0.1, -0.2, 0.3, -1.0, 2.0, 0.1, 0.0, 0.0, 0.0, -0.3, -0.2, -0.1])


@exercise("The matched protocol is the kinder one: its models know what they will get.")
def sets(answer: tuple[int, int, int]) -> None:
    """Check the number of sets of three modalities, and of trainings that two protocols need.

    Args:
        answer: (sets, trainings in the matched protocol, trainings once for all).
    """
    number, matched, once = shaped(answer, 3)
    mistakes = {
        "First: without any modality there is nothing to predict from.": 8,
        "First: the full set counts too.": 6,
    }
    expect(number, 7, mistakes, "First: each modality is in or out. How many ways, without the empty one?")
    expect(matched, 7, {}, "Second: in the matched protocol each set has a model of its own.")
    expect(once, 1, {}, "Third: the model that was trained with all is used for every set.")


@exercise("Every useless column costs, and rows pay for it.")
def cost_of_noise(answer: Callable[[int, int, float], float]) -> None:
    """Check what columns of pure noise add to the expected squared error of a linear model.

    Args:
        answer: (columns, training rows, unexplained variance) -> squared error that is added.
    """
    d, n, s2 = np.transpose(_CASES)
    mistakes = {
        "That is the variance of one weight. There is one for each column.": s2 / n,
        "That is the root. The question asks for the squared error.": np.sqrt(d * s2 / n),
        "Columns and rows are exchanged: more rows pin the weights down.": n * s2 / d,
        "The weights' errors are independent: variances add, not standard deviations.": d**2 * s2 / n,
        "You left out the variance that nothing explains.": d / n,
    }
    expect(on_cases(answer, _CASES), d * s2 / n, mistakes)


@exercise("The neutral rows are gone, and with them the hardest ones.")
def acc2(answer: Callable[[NDArray, NDArray], float]) -> None:
    """Check Acc2 over the labels that are not zero.

    Args:
        answer: (prediction (B,), label (B,)) -> share of right signs.
    """
    found = shaped(call(answer, _PREDICTION, _LABEL))
    polar = _LABEL != 0
    p, y = _PREDICTION[polar], _LABEL[polar]
    hits = (p > 0) == (y > 0)
    mistakes = {
        "Rows with the label 0 do not count: cut them first.": np.mean((_PREDICTION > 0) == (_LABEL > 0)),
        "Label 0 is neither side. Cut these rows first.": np.mean((_PREDICTION >= 0) == (_LABEL >= 0)),
        "A prediction of exactly 0 counts as negative: use > 0.": np.mean((p >= 0) == (y > 0)),
        "np.sign(0) is neither side: a prediction of 0 is negative here.": np.mean(np.sign(p) == np.sign(y)),
        "That is a number of rows. Divide by how many count.": hits.sum(),
        "Divide by the rows that count, not by all.": hits.mean() * polar.mean(),
    }
    expect(found, hits.mean(), mistakes, f"Not yet: found {found:.3f}. Try it by hand on three rows.")
