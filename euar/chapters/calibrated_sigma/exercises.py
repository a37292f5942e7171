"""Checks of the exercises in the chapter on an expert that knows when it does not know."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import each, on_cases
from euar.chapters.judge import exercise, expect, expect_truths

_CASES = [(1.0, 1.0, 3.0, 4.0), (0.5, 0.2, -1.0, 0.2), (2.0, 9.0, 0.0, 0.1)]
_ERRORS = [(np.array([0.5, -1.0, 2.0]),), (np.array([3.0, 1.0]),), (np.array([0.1, 0.1, -0.4, 0.2]),)]
_SCORES = [(np.arange(9.0)[::-1],), (np.sqrt(np.arange(40.0)),), (np.array([2.0] * 15 + [1, 5, 3, 4]),)]
_TURNS = {  # whether it follows the noise in both worlds
    "mean log σ² of EUAR": (False, "Look at audio and vision in the quiet world of What does sigma know?"),
    "r of the calibrated": (True, "Noise that spoils a modality's own prediction raises its likelihood's r."),
    "length of the features": (False, "In the quiet world, noisy rows are short."),
}


@exercise("Right: precisions add up, and each measurement counts by its own.")
def fused(answer: Callable[[float, float, float, float], float]) -> None:
    """Check the mean of the belief that follows from two measurements.

    Args:
        answer: (o_a, r_a, o_b, r_b) -> mean; nothing is believed before, v_0 is infinite.
    """
    a, ra, b, rb = np.transpose(_CASES)
    mistakes = {
        "Weights of r, not of 1 / r: the noisier one counts more.": (ra * a + rb * b) / (ra + rb),
        "This is their plain mean. Where is r?": (a + b) / 2,
        "The sum of o / r still has to be divided by the sum of 1 / r.": a / ra + b / rb,
        "r is a variance already: do not square it.": (a / ra**2 + b / rb**2) / (1 / ra**2 + 1 / rb**2),
        "r is a variance already: take no root.": ((a / ra**0.5 + b / rb**0.5) / (1 / ra**0.5 + 1 / rb**0.5)),
    }
    expect(on_cases(answer, _CASES), (a / ra + b / rb) / (1 / ra + 1 / rb), mistakes)


@exercise("Right: only what answers for its errors keeps its sign.")
def which_follow(answer: Mapping[str, bool]) -> None:
    """Check which readings rise with the noise of audio in both simulated worlds.

    Args:
        answer: True or False for `"mean log σ² of EUAR"`, `"r of the calibrated"` and
            `"length of the features"`.
    """
    expect_truths(answer, _TURNS)


@exercise("Right: the mean of the squared errors.")
def best_variance(answer: Callable[[NDArray], float]) -> None:
    """Check the one variance that the likelihood asks for, for rows with some errors.

    Args:
        answer: takes the errors (n,) and returns one number.
    """
    mistakes: dict[str, Callable[[NDArray], float]] = {
        "The errors are squared in the loss.": lambda e: float(np.abs(e).mean()),
        "This is the SD. The likelihood has the variance.": lambda e: float(np.sqrt((e**2).mean())),
        "Their mean counts, too: an error that all rows share is an error.": lambda e: float(e.var()),
        "The halves of both terms cancel.": lambda e: float((e**2).mean() / 2),
        "Set the mean of the derivatives to zero, not their sum.": lambda e: float((e**2).sum()),
    }
    wrong = {hint: each(mistake, _ERRORS) for hint, mistake in mistakes.items()}
    expect(on_cases(answer, _ERRORS), each(lambda e: (e**2).mean(), _ERRORS), wrong)


@exercise("Right: one more place than nine tenths, since the new row takes part in the draw.")
def reach(answer: Callable[[NDArray], float]) -> None:
    """Check how far an interval of 90 % must reach, in SD, as validation decides.

    Args:
        answer: takes ``|error| / sd`` of n rows, (n,), and returns one of them.
    """

    def at(place: Callable[[int], int]) -> Callable[[NDArray], float]:
        return lambda scores: float(np.sort(scores)[min(place(len(scores)), len(scores)) - 1])

    mistakes: dict[str, Callable[[NDArray], float]] = {
        "Count n + 1 rows, the new one among them, and round up.": at(lambda n: math.ceil(0.9 * n)),
        "A quantile between two rows covers less than 90 %.": lambda s: float(np.quantile(s, 0.9)),
        "Sort first.": lambda s: float(s[math.ceil(0.9 * (len(s) + 1)) - 1]),
    }
    wrong = {hint: each(mistake, _SCORES) for hint, mistake in mistakes.items()}
    expect(on_cases(answer, _SCORES), each(at(lambda n: math.ceil(0.9 * (n + 1))), _SCORES), wrong)
