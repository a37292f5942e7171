"""Checks of the exercises in the chapter on what sigma knows."""

from collections.abc import Callable, Mapping
from statistics import geometric_mean, harmonic_mean
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import each, on_cases
from euar.chapters.judge import exercise, expect, expect_truths

_MOVES = {  # whether a change moves s*, and why
    "label": (False, "Look for y in the loss's terms with s: the residual meets the mean, never s."),
    "noise": (False, "With g and w held fixed, is there anything of x left in s*?"),
    "gate weight": (True, "g multiplies s in two of the terms."),
    "head weight": (True, "w multiplies s in the cost of noise."),
    "all weights": (True, "A common factor moves no minimum, but the cost of noise keeps its weight, 1."),
}
_CASES = [(1e-3, 1e-3, 0.3, 0.2, 0.5), (1e-4, 0.0, 0.5, 0.1, 2.0), (0.02, 0.01, 0.2, 0.4, 0.1)]
_BEST = [(np.array([0.01, 1.0]),), (np.array([0.2, 0.3, 0.7, 1.0]),), (np.array([0.5]),)]
_LENGTHS = [(1.0, 0.5), (2.0, 0.5), (2.0, 0.9)]


@exercise("Right: of the five, only the gate, the head and the weights of the losses move s*.")
def what_moves(answer: Mapping[str, bool]) -> None:
    """Check which changes move the variance that the loss asks for.

    Args:
        answer: True or False for `"label"`, `"noise"` (of x, the gate held), `"gate weight"`, `"head weight"`
            and `"all weights"` (alpha and lambda both doubled).
    """
    expect_truths(answer, _MOVES)


@exercise("Right: where the target is uncertain, noise is cheap and s* is larger.")
def with_likelihood(answer: Callable[[float, float, float, float, float], float]) -> None:
    """Check the variance that a Gaussian likelihood asks for.

    Args:
        answer: (a, l, g, w, v) -> s, where v is the predicted variance of the target.
    """
    a, u, g, w, v = np.transpose(_CASES)
    cost = w**2 * g**2
    mistakes = {
        "This is the optimum of the squared error: v is missing.": a / (a + 2 * u * g + 2 * cost),
        "The half of the likelihood is missing: the cost of noise is w^2 g^2 s / (2 v).": (
            a / (a + 2 * u * g + 2 * cost / v)
        ),
        "A large v makes noise cheap: v divides the cost, it does not multiply it.": (
            a / (a + 2 * u * g + cost * v)
        ),
        "The U-loss is lost. It does not change with the likelihood.": a / (a + cost / v),
        "This is 1 / s. Which side is the larger?": 1 + 2 * u * g / a + cost / (a * v),
    }
    expect(on_cases(answer, _CASES), a / (a + 2 * u * g + cost / v), mistakes)


@exercise("Right: the harmonic mean, close to the smallest s*.")
def one_variance(answer: Callable[[NDArray], float]) -> None:
    """Check the one variance that is best for many rows.

    Args:
        answer: takes s* of the rows, (n,), and returns one number.
    """
    mistakes: dict[str, Callable[[NDArray], SupportsFloat]] = {
        "This is the arithmetic mean. The distance punishes r above 1 harder than r below it.": np.mean,
        "This is the geometric mean, which would be right if log r were squared.": geometric_mean,
        "This is the median.": np.median,
        "This is the mean of 1 / s*. Set the derivative in s to zero and solve for s.": (
            lambda best: np.mean(1 / best)
        ),
        "No row is a majority of one: average over all of them.": np.min,
    }
    wrong = {hint: each(mistake, _BEST) for hint, mistake in mistakes.items()}
    expect(on_cases(answer, _BEST), each(harmonic_mean, _BEST), wrong)


@exercise("Right: longer inputs have a larger mean variance, before anything is learned.")
def mean_variance(answer: Callable[[float, float], float]) -> None:
    """Check the mean variance that random variance maps give an input of some length.

    Args:
        answer: (length of x, SD of the weights) -> mean of exp(v . x) over weights v.
    """
    length, sd = np.transpose(_LENGTHS)
    mistakes = {
        "That is the exponential of the mean. The mean of the exponential is larger.": np.ones(3),
        "The half is missing.": np.exp((length * sd) ** 2),
        "The exponent holds the variance of v . x, not its SD.": np.exp(length * sd / 2),
        "v . x has the variance sd^2 |x|^2: square the length, too.": np.exp(length * sd**2 / 2),
        "Square the SD, too.": np.exp(length**2 * sd / 2),
    }
    right = np.exp((length * sd) ** 2 / 2)
    expect(on_cases(answer, _LENGTHS), right, mistakes, tolerance=5e-3)
