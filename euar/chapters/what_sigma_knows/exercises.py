"""Checks of the exercises in the chapter on what sigma knows.

Right answers are found again by search or by draws, never by the formulas of the chapter.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from euar.chapters.judge import Feedback, called, compared, returned

_HINTS = {
    "label": "Look for y in the loss's terms with s: the residual meets the mean, never s.",
    "noise": "With g and w held fixed, is there anything of x left in s*?",
    "gate weight": "g multiplies s in two of the terms.",
    "head weight": "w multiplies s in the cost of noise.",
    "all weights": "A common factor moves no minimum, but the cost of noise keeps its weight, 1.",
}
_CASES = [(1e-3, 1e-3, 0.3, 0.2, 0.5), (1e-4, 0.0, 0.5, 0.1, 2.0), (0.02, 0.01, 0.2, 0.4, 0.1)]
_BEST = [np.array([0.01, 1.0]), np.array([0.2, 0.3, 0.7, 1.0]), np.array([0.5])]
_LENGTHS = [(1.0, 0.5), (2.0, 0.5), (2.0, 0.9)]


def what_moves(answer: Mapping[str, bool]) -> Feedback:
    """Check which changes move the variance that the loss asks for.

    Args:
        answer: True or False for `"label"`, `"noise"` (of x, the gate held), `"gate weight"`, `"head weight"`
            and `"all weights"` (alpha and lambda both doubled).
    """
    right = _moved()
    if set(answer) != set(right):
        return Feedback(False, f"Answer for each of {', '.join(right)}.")
    if any(not isinstance(value, bool) for value in answer.values()):
        return Feedback(False, "Put True or False in place of the dots.")
    wrong = [name for name in right if answer[name] != right[name]]
    if wrong:
        return Feedback(False, f"Not yet, {wrong[0]}: {_HINTS[wrong[0]]}")
    return Feedback(True, "Right: only the gate, the head and the weights of the losses move s*.")


def with_likelihood(answer: Callable[[float, float, float, float, float], float]) -> Feedback:
    """Check the variance that a Gaussian likelihood asks for.

    Args:
        answer: (a, l, g, w, v) -> s, where v is the predicted variance of the target.
    """
    found = called(lambda: np.array([float(returned(answer(*case))) for case in _CASES]))
    if isinstance(found, Feedback):
        return found
    a, u, g, w, v = np.transpose(_CASES)
    mistakes = {
        "This is the optimum of the squared error: v is missing.": a / (a + 2 * u * g + 2 * w**2 * g**2),
        "The half of the likelihood is missing: the cost of noise is w^2 g^2 s / (2 v).": a
        / (a + 2 * u * g + 2 * w**2 * g**2 / v),
        "A large v makes noise cheap: v divides the cost, it does not multiply it.": a
        / (a + 2 * u * g + w**2 * g**2 * v),
        "The U-loss is lost. It does not change with the likelihood.": a / (a + w**2 * g**2 / v),
        "This is 1 / s. Which side is the larger?": 1 + 2 * u * g / a + w**2 * g**2 / (a * v),
    }
    right = np.array([_searched(lambda s, c=case: _likelihood(s, *c)) for case in _CASES])
    return compared(
        found, right, "Right: where the target is uncertain, noise is cheap and s* is larger.", mistakes
    )


def one_variance(answer: Callable[[NDArray], float]) -> Feedback:
    """Check the one variance that is best for many rows.

    Args:
        answer: takes s* of the rows, (n,), and returns one number.
    """
    found = called(lambda: np.array([float(returned(answer(best.copy()))) for best in _BEST]))
    if isinstance(found, Feedback):
        return found
    right = np.array([_searched(lambda s, b=best: np.mean(s / b - 1 - np.log(s / b))) for best in _BEST])
    mistakes = {
        "This is the arithmetic mean. The distance punishes r above 1 harder than r below it.": [
            np.mean(best) for best in _BEST
        ],
        "This is the geometric mean, which would be right if log r were squared.": [
            np.exp(np.log(best).mean()) for best in _BEST
        ],
        "This is the median.": [np.median(best) for best in _BEST],
        "This is the mean of 1 / s*. Set the derivative in s to zero and solve for s.": [
            np.mean(1 / best) for best in _BEST
        ],
        "No row is a majority of one: average over all of them.": [best.min() for best in _BEST],
    }
    return compared(found, right, "Right: the harmonic mean, close to the smallest s*.", mistakes)


def mean_variance(answer: Callable[[float, float], float]) -> Feedback:
    """Check the mean variance that random variance maps give an input of some length.

    Args:
        answer: (length of x, SD of the weights) -> mean of exp(v . x) over weights v.
    """
    found = called(lambda: np.array([float(returned(answer(*case))) for case in _LENGTHS]))
    if isinstance(found, Feedback):
        return found
    length, sd = np.transpose(_LENGTHS)
    mistakes = {
        "That is the exponential of the mean. The mean of the exponential is larger.": np.ones(3),
        "The half is missing.": np.exp((length * sd) ** 2),
        "The exponent holds the variance of v . x, not its SD.": np.exp(length * sd / 2),
        "v . x has the variance sd^2 |x|^2: square the length, too.": np.exp(length * sd**2 / 2),
        "Square the SD, too.": np.exp(length**2 * sd / 2),
    }
    right = np.array([_drawn(*case) for case in _LENGTHS])
    praise = "Right: longer inputs have a larger mean variance, before anything is learned."
    return compared(found, right, praise, mistakes, tolerance=5e-3)


def _moved() -> dict[str, bool]:
    """Change one thing at a time and search for the minimum again, in a loss with draws averaged out."""
    base = {"y": 1.0, "x": 0.0, "g": 0.4, "w": 0.3, "a": 0.02, "u": 0.01}

    def least(**changes: float) -> float:
        return _searched(lambda s: _squared(s, base | changes))

    changed = {
        "label": least(y=-2.0),
        "noise": least(x=0.7),
        "gate weight": least(g=0.8),
        "head weight": least(w=0.6),
        "all weights": least(a=0.04, u=0.02),
    }
    return {name: not math.isclose(value, least(), rel_tol=1e-3) for name, value in changed.items()}


def _squared(s: float, at: Mapping[str, float]) -> float:
    """The loss of a row with one coordinate of mean 0.5 + x, draws averaged out."""
    task = (at["y"] - at["w"] * at["g"] * (0.5 + at["x"])) ** 2 + (at["w"] * at["g"]) ** 2 * s
    return task + at["u"] * at["g"] * s + at["a"] / 2 * (s - math.log(s))


def _likelihood(s: float, a: float, u: float, g: float, w: float, v: float) -> float:
    """Terms with s of the expected loss."""
    return (w * g) ** 2 * s / (2 * v) + u * g * s + a / 2 * (s - math.log(s))


def _searched(loss: Callable[[float], float]) -> float:
    """The s of the least loss, by a bounded search over log s."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log: loss(math.exp(log)), (-12, 3), method="brent", options={"xtol": 1e-10}
    )
    return math.exp(found.x)


def _drawn(length: float, sd: float) -> float:
    """The mean over normal weights, by quantiles in place of draws."""
    from scipy.stats import norm

    quantiles = norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    return float(np.exp(length * sd * quantiles).mean())
