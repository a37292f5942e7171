"""Checks of the exercises in "Your own data and your own model"."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import array, call
from euar.chapters.judge import exercise, expect, expect_truths

_HOLDS = {  # whether a statement holds, and why
    "a": (False, "They may be classes as well, so `euar train` asks."),
    "b": (False, "It is kept beside the rows; features stand in files of their own."),
    "c": (False, "Where a file has ids, rows are joined by them."),
    "d": (False, "There the voice is not available; the row stays."),
    "e": (True, "A model knows no other scale than that of training."),
}
_IDS, _KNOWN = ["a", "b", "c", "d"], ["d", "b", "a"]
_VALUES = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


@exercise("Right. The last one is why a run folder keeps means and standard deviations.")
def what_holds(answer: Mapping[str, bool | None]) -> None:
    """Check which statements about users' own data hold.

    Args:
        answer: {statement: whether it holds}.
    """
    expect_truths(answer, _HOLDS)


@exercise("Right. This is what the reader does, and it notes which rows had nothing.")
def joined(answer: Callable[[Sequence[str], Sequence[str], NDArray], NDArray]) -> None:
    """Check a function that brings features into the order of the labels.

    Args:
        answer: (ids of the labels, n; ids of the features, m; features (m, d)) -> (n, d), 0 where there are
            none.
    """
    found = array(call(answer, _IDS, _KNOWN, _VALUES))
    zero = np.zeros((1, 2))
    mistakes = {
        "That is the order of the features. Whose row is the first one?": np.concatenate([_VALUES, zero]),
        "These are the features as they came.": _VALUES,
        "A row is lost: c has no features, but it has a label.": _VALUES[[2, 1, 0]],
        "c is there, but with the row of another id. -1 is the last row in NumPy.": _VALUES[[2, 1, -1, 0]],
        "Only c should be 0.": np.zeros((4, 2)),
    }
    right = np.stack([_VALUES[2], _VALUES[1], zero[0], _VALUES[0]])
    expect(found, right, mistakes, "Not yet. Look each id of the labels up among those of the features.")
