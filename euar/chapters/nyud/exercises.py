"""Checks of the exercises in the chapter on NYU Depth V2."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import each, on_cases, shaped
from euar.chapters.judge import exercise, expect
from euar.training import metrics

_CASES = [(0.25, 0.02, 654), (0.10, -0.05, 138), (0.40, 0.20, 1000), (0.5, 0.0, 50)]  # d, difference, rows
_CLASSES = 4


@exercise("More than half of the pictures are clean under the milder noise.")
def untouched(answer: tuple[float, float]) -> None:
    """Check which share of the test pictures keeps both modalities clean.

    Args:
        answer: under Gaussian noise, and under salt and pepper at strength 5.
    """
    gaussian, salt = shaped(answer, 2)
    mistakes = {
        "First: a half is what one modality keeps. Both must be clean.": 0.5,
        "First: that is the share with at least one clean modality.": 0.75,
    }
    expect(gaussian, 0.25, mistakes, "First: two coins, one for each modality. Both must spare it.")
    mistakes = {
        "Second: at strength 5 a chosen picture still escapes in half of the cases.": 0.25,
        "Second: that is what one modality keeps. Both must be clean.": 0.75,
    }
    otherwise = "Second: how often is one modality hit, if two coins must both say so?"
    expect(salt, 0.75**2, mistakes, otherwise)


@exercise("The more two systems agree, the better the same rows can tell them apart.")
def paired_error(answer: Callable[[float, float, int], float]) -> None:
    """Check the standard error of a difference between two accuracies on the same rows.

    Args:
        answer: (share of rows on which exactly one system is right, difference, rows) -> standard error.
    """
    differ, mean, n = np.transpose(_CASES)
    variance, share = differ - mean**2, np.abs(mean)
    mistakes = {
        "That is the deviation of one row. A mean over n rows has less.": np.sqrt(variance),
        "That is the variance. Its root has the unit of an accuracy.": variance / n,
        "You left out the squared mean: a variance is E[u²] - E[u]².": np.sqrt(differ / n),
        "u takes three values, not two: find E[u²].": np.sqrt(share * (1 - share) / n),
    }
    otherwise = "Not yet. u² is 1 where exactly one system is right, else 0."
    expect(on_cases(answer, _CASES), np.sqrt(variance / n), mistakes, otherwise)


@exercise("A class that is never predicted counts as 0, however rare it is.")
def macro_f1(answer: Callable[[NDArray, NDArray, int], float]) -> None:
    """Check a function that computes macro F1.

    Args:
        answer: (predicted classes (n,), true classes (n,), number of classes) -> macro F1; each class occurs.
    """
    cases = _predictions()
    scores = [metrics.classification(np.eye(_CLASSES)[guess], truth) for guess, truth, _ in cases]
    accuracy, weighted, right = (
        np.array([score[name] for score in scores]) for name in ("accuracy", "f1_weighted", "f1_macro")
    )
    guessed = np.array([len(np.unique(guess)) for guess, *_ in cases])
    mistakes = {
        "That is the accuracy, in which frequent classes count for more.": accuracy,
        "You weigh each class by its rows. Macro means that all classes count alike.": weighted,
        "That is the mean recall: false alarms do not enter.": each(_recall, cases),
        "A class that is never guessed has an F1 of 0 and belongs into the mean.": right * _CLASSES / guessed,
        "Precision divides by the number of guesses, which can be 0: use 2 TP / (2 TP + FP + FN).": (
            np.where(guessed == _CLASSES, right, np.nan)
        ),
    }
    otherwise = "Not yet. For each class 2 TP / (2 TP + FP + FN), then the plain mean."
    expect(on_cases(answer, cases), right, mistakes, otherwise)


def _predictions() -> list[tuple[NDArray, NDArray, int]]:
    """Guesses, truths and the number of classes; in the last case one class is never guessed."""
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(_CLASSES), (30, 12, 5, 3))
    guesses = [
        np.where(rng.random(len(truth)) < p, truth, rng.integers(0, 4, len(truth))) for p in (0.3, 0.6)
    ]
    return [(guess, truth, _CLASSES) for guess in (*guesses, np.minimum(guesses[0], 2))]


def _recall(guess: NDArray, truth: NDArray, classes: int) -> float:
    return np.mean([np.mean(guess[truth == c] == c) for c in range(classes)])
