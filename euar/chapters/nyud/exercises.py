"""Checks of the exercises in the chapter on NYU Depth V2."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.judge import EMPTY, Feedback, is_empty, raised
from euar.training import metrics

_CASES = [(0.25, 0.02, 654), (0.10, -0.05, 138), (0.40, 0.20, 1000), (0.5, 0.0, 50)]  # d, difference, rows
_CLASSES = 4


def untouched(answer: tuple[float, float]) -> Feedback:
    """Check which share of the test pictures keeps both modalities clean.

    Args:
        answer: under Gaussian noise, and under salt and pepper at strength 5.
    """
    try:
        gaussian, salt = (float(value) for value in answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put two shares in place of the dots, such as (0.1, 0.1).")
    if np.isclose(gaussian, 0.5):
        return Feedback(False, "First: a half is what one modality keeps. Both must be clean.")
    if np.isclose(gaussian, 0.75):
        return Feedback(False, "First: that is the share with at least one clean modality.")
    if not np.isclose(gaussian, 0.25):
        return Feedback(False, "First: two coins, one for each modality. Both must spare it.")
    if np.isclose(salt, 0.25):
        return Feedback(False, "Second: at strength 5 a chosen picture still escapes in half of the cases.")
    if np.isclose(salt, 0.75):
        return Feedback(False, "Second: that is what one modality keeps. Both must be clean.")
    if not np.isclose(salt, 0.75**2):
        return Feedback(False, "Second: how often is one modality hit, if two coins must both say so?")
    return Feedback(True, "More than half of the pictures are clean under the milder noise.")


def paired_error(answer: Callable[[float, float, int], float]) -> Feedback:
    """Check the standard error of a difference between two accuracies on the same rows.

    Args:
        answer: (share of rows on which exactly one system is right, difference, rows) -> standard error.
    """
    try:
        values = [answer(*case) for case in _CASES]
        if is_empty(values[0]):
            return EMPTY
        found = np.array([float(value) for value in values])
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    differ, mean, rows = np.transpose(_CASES)
    variance = differ - mean**2
    mistakes = (
        (np.sqrt(variance), "That is the deviation of one row. A mean over n rows has less."),
        (variance / rows, "That is the variance. Its root has the unit of an accuracy."),
        (np.sqrt(differ / rows), "You left out the squared mean: a variance is E[u²] - E[u]²."),
        (np.sqrt(np.abs(mean) * (1 - np.abs(mean)) / rows), "u takes three values, not two: find E[u²]."),
    )
    for wrong, message in mistakes:
        if np.allclose(found, wrong):
            return Feedback(False, message)
    if not np.allclose(found, np.sqrt(variance / rows)):
        return Feedback(False, "Not yet. u² is 1 where exactly one system is right, else 0.")
    return Feedback(True, "The more two systems agree, the better the same rows can tell them apart.")


def macro_f1(answer: Callable[[NDArray, NDArray, int], float]) -> Feedback:
    """Check a function that computes macro F1.

    Args:
        answer: (predicted classes (n,), true classes (n,), number of classes) -> macro F1; each class occurs.
    """
    cases = _predictions()
    try:
        values = [answer(guess.copy(), truth.copy(), _CLASSES) for guess, truth in cases]
        if is_empty(values[0]):
            return EMPTY
        found = np.array([float(value) for value in values])
    except Exception as error:  # as above
        return raised(error)
    for kind, message in _MISTAKES.items():
        if np.allclose(found, [kind(guess, truth) for guess, truth in cases], equal_nan=True):
            return Feedback(False, message)
    if not np.allclose(found, [_scores(guess, truth)["f1_macro"] for guess, truth in cases]):
        return Feedback(False, "Not yet. For each class 2 TP / (2 TP + FP + FN), then the plain mean.")
    return Feedback(True, "A class that is never predicted counts as 0, however rare it is.")


def _predictions() -> list[tuple[NDArray, NDArray]]:
    """Guesses and truths; in the last pair one class is never guessed."""
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(_CLASSES), (30, 12, 5, 3))
    guesses = [
        np.where(rng.random(len(truth)) < p, truth, rng.integers(0, 4, len(truth))) for p in (0.3, 0.6)
    ]
    return [(guess, truth) for guess in (*guesses, np.minimum(guesses[0], 2))]


def _scores(guess: NDArray, truth: NDArray) -> dict[str, float]:
    return metrics.classification(np.eye(_CLASSES)[guess], truth)


def _recall(guess: NDArray, truth: NDArray) -> float:
    return float(np.mean([np.mean(guess[truth == c] == c) for c in range(_CLASSES)]))


def _without_the_unseen(guess: NDArray, truth: NDArray) -> float:
    """Macro F1 over the classes that were guessed."""
    seen = len(np.unique(guess))
    return _scores(guess, truth)["f1_macro"] * _CLASSES / seen


def _undefined(guess: NDArray, truth: NDArray) -> float:
    """Macro F1 through a precision that divides by zero."""
    return _scores(guess, truth)["f1_macro"] if len(np.unique(guess)) == _CLASSES else np.nan


_MISTAKES = {
    lambda guess, truth: _scores(guess, truth)["accuracy"]: (
        "That is the accuracy, in which frequent classes count for more."
    ),
    lambda guess, truth: _scores(guess, truth)["f1_weighted"]: (
        "You weigh each class by its rows. Macro means that all classes count alike."
    ),
    _recall: "That is the mean recall: false alarms do not enter.",
    _without_the_unseen: "A class that is never guessed has an F1 of 0 and belongs into the mean.",
    _undefined: "Precision divides by the number of guesses, which can be 0: use 2 TP / (2 TP + FP + FN).",
}
