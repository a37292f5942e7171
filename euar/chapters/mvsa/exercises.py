"""Checks of the exercises in "MVSA-Single: a picture and its text"."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.judge import EMPTY, Feedback, called, compared, is_empty, raised, returned

_RATERS = [(0.5, 0.36), (0.9, 0.5), (0.3, 0.4)]  # agreement, agreement by chance
_KEYS = np.array(["a", "b", "c", "a", "d", "e", "b", "e", "f", "c", "f"])
_SPLIT = np.array(["train"] * 2 + ["valid"] + ["test"] * 3 + ["valid"] + ["test"] * 4)


def both_words(answer: float) -> Feedback:
    """Check the probability that both words of a text survive at strength 5.

    Args:
        answer: a probability.
    """
    if is_empty(answer):
        return Feedback(False, "Put a probability in place of the dots.")
    mistakes = (
        (0.25, "That holds if the text is hit. In half of the cases it is not."),
        (0.75, "That is one word that survives. Two must."),
        (0.5, "A text that is hit can still be lucky twice."),
        (0.5625, "One coin decides for the whole text, not one for each word."),
        (0.125, "That is hit and lucky. Add the case that it is not hit."),
    )
    for wrong, message in mistakes:
        if math.isclose(answer, wrong, rel_tol=1e-3):
            return Feedback(False, message)
    if not math.isclose(answer, 0.625, rel_tol=1e-3):
        return Feedback(False, "Not yet. Write down the two cases and add their probabilities.")
    return Feedback(True, "Short texts often escape at strength 5; at 10 no text that is hit does.")


def kappa(answer: Callable[[float, float], float]) -> Feedback:
    """Check Cohen's kappa.

    Args:
        answer: (share of agreement, share of agreement by chance) -> kappa.
    """
    found = called(lambda: np.array([float(returned(answer(*case))) for case in _RATERS]))
    if isinstance(found, Feedback):
        return found
    a, e = np.transpose(_RATERS)
    mistakes = {
        "That is zero for chance, but not one for identity: divide by what is left above chance.": a - e,
        "That is one for chance. Subtract chance first.": a / e,
        "Divide by 1 - e, the room above chance, not by e.": (a - e) / e,
        "The ends are exchanged: that is the disagreement.": (1 - a) / (1 - e),
    }
    return compared(found, (a - e) / (1 - e), "Below chance it is negative, as it should be.", mistakes)


def doubles(answer: Callable[[NDArray, NDArray], NDArray]) -> Feedback:
    """Check a function that marks the test rows with a double in another split.

    Args:
        answer: (keys (n,), split (n,)), both of strings -> bool (n,).
    """
    try:
        found = answer(_KEYS.copy(), _SPLIT.copy())
        if is_empty(found):
            return EMPTY
        found = np.asarray(found)
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    if found.shape != _KEYS.shape or found.dtype != bool:
        return Feedback(False, f"Return a bool for each of the {len(_KEYS)} rows.")
    test = _SPLIT == "test"
    elsewhere = {split: np.isin(_KEYS, _KEYS[np.equal(_SPLIT, split)]) for split in ("train", "valid")}
    often = np.array([np.sum(np.equal(_KEYS, key)) > 1 for key in _KEYS])
    mistakes = (
        (elsewhere["train"] | elsewhere["valid"], "Rows of train and valid are marked too."),
        (test & elsewhere["train"], "A double in valid leaks as well: it chose the epoch."),
        (test & often, "Two test rows with the same key are no leak: no model has seen either."),
        (often, "You mark every row whose key occurs twice, in whatever split."),
    )
    right = test & (elsewhere["train"] | elsewhere["valid"])
    if np.array_equal(found, right):
        return Feedback(True, "These rows were seen before. Report the score without them as well.")
    for wrong, message in mistakes:
        if np.array_equal(found, wrong):
            return Feedback(False, message)
    return Feedback(False, "Not yet. Which keys occur outside of the test?")
