"""Checks of the exercises in "MVSA-Single: a picture and its text"."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import call, on_cases
from euar.chapters.judge import exercise, expect

_RATERS = [(0.5, 0.36), (0.9, 0.5), (0.3, 0.4)]  # agreement, agreement by chance
_KEYS = np.array(["a", "b", "c", "a", "d", "e", "b", "e", "f", "c", "f"])
_SPLIT = np.array(["train"] * 2 + ["valid"] + ["test"] * 3 + ["valid"] + ["test"] * 4)


@exercise("Short texts often escape at strength 5; at 10 no text that is hit does.")
def both_words(answer: float) -> None:
    """Check the probability that both words of a text survive at strength 5.

    Args:
        answer: a probability.
    """
    mistakes = {
        "That holds if the text is hit. In half of the cases it is not.": 0.25,
        "That is one word that survives. Two must.": 0.75,
        "A text that is hit can still be lucky twice.": 0.5,
        "One coin decides for the whole text, not one for each word.": 0.5625,
        "That is hit and lucky. Add the case that it is not hit.": 0.125,
    }
    expect(answer, 0.625, mistakes, "Not yet. Write down the two cases and add their probabilities.")


@exercise("Below chance it is negative, as it should be.")
def kappa(answer: Callable[[float, float], float]) -> None:
    """Check Cohen's kappa.

    Args:
        answer: (share of agreement, share of agreement by chance) -> kappa.
    """
    a, e = np.transpose(_RATERS)
    mistakes = {
        "That is zero for chance, but not one for identity: divide by what is left above chance.": a - e,
        "That is one for chance. Subtract chance first.": a / e,
        "Divide by 1 - e, the room above chance, not by e.": (a - e) / e,
        "The ends are exchanged: that is the disagreement.": (1 - a) / (1 - e),
    }
    expect(on_cases(answer, _RATERS), (a - e) / (1 - e), mistakes)


@exercise("These rows were seen before. Report the score without them as well.")
def doubles(answer: Callable[[NDArray, NDArray], NDArray]) -> None:
    """Check a function that marks the test rows with a double in another split.

    Args:
        answer: (keys (n,), split (n,)), both of strings -> bool (n,).
    """
    test = _SPLIT == "test"
    train, valid = (np.isin(_KEYS, _KEYS[np.equal(_SPLIT, split)]) for split in ("train", "valid"))
    often = np.array([np.sum(np.equal(_KEYS, key)) > 1 for key in _KEYS])
    mistakes = {
        "Rows of train and valid are marked too.": train | valid,
        "A double in valid leaks as well: it chose the epoch.": test & train,
        "Two test rows with the same key are no leak: no model has seen either.": test & often,
        "You mark every row whose key occurs twice, in whatever split.": often,
    }
    found = call(answer, _KEYS, _SPLIT)
    expect(found, test & (train | valid), mistakes, "Not yet. Which keys occur outside of the test?")
