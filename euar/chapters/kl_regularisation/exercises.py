"""Checks of the exercises in the chapter on the KL term (Eq. 4).

Right answers are found again by brute force or by another library, never by the formulas of the chapter.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Normal
from torch.distributions import kl_divergence as kl_of_distributions

from euar.chapters.judge import Feedback, called, compared, returned
from euar.experts import Gaussian
from euar.losses import kl_divergence

_ALPHA, _EXPERTS, _DIM = 1e-3, 8, 64
_OPTIMA = [(0.02, 1e-3), (0.1, 1e-2), (0.5, 0.1), (0.3, 1.0)]  # signal p, weight a
_PRIOR = 0.25  # variance


def alpha_for_sum(answer: float) -> Feedback:
    """Check which alpha with the sum over D trains like 0.001 with the mean, for N = 8 and D = 64.

    Args:
        answer: alpha; right to 1 %.
    """
    generator = torch.Generator().manual_seed(0)
    gaussian = Gaussian(*torch.randn(2, 4, _EXPERTS, _DIM, generator=generator).double())
    right = _ALPHA * float(kl_divergence(gaussian, "mean") / kl_divergence(gaussian, "sum"))
    mistakes = {
        "The other way round: the sum is the larger of the two, so it needs the smaller alpha.": _ALPHA
        * _DIM,
        "The two terms differ by a factor, so the same alpha cannot do.": _ALPHA,
        "Both reductions average over the N experts. Only D makes a difference.": _ALPHA / _EXPERTS,
        "This is a, the weight of one coordinate. With the sum, alpha is N times a.": right / _EXPERTS,
    }
    return _number(answer, right, "Right: the sum is D times the mean, so alpha is D times less.", mistakes)


def slower_by(answer: float) -> Feedback:
    """Check how many times longer plain descent takes to halve a dead expert's |mu| at a hundredth of alpha.

    Args:
        answer: the factor; right to 1 %.
    """
    right = _steps_to_halve(1e-4) / _steps_to_halve(1e-2)
    mistakes = {
        "This is Adam, which divides a gradient by its own size. Plain descent does not.": 1.0,
        "No root here: the step is proportional to alpha.": 10.0,
        "A weaker pull takes longer, not shorter.": 0.01,
        "|mu| does fall like an exponential, but alpha is a factor of its rate.": math.log(100),
    }
    praise = "Right: a step takes off a share proportional to alpha. Adam is what forgets the size of alpha."
    return _number(answer, right, praise, mistakes)


def lowest_variance(answer: Callable[[float, float], float]) -> Feedback:
    """Check the variance at the joint optimum of mean, variance and head weight, with the signal held.

    Args:
        answer: (signal c = w g mu, weight a) -> sigma^2.
    """
    found = called(lambda: np.array([float(returned(answer(*case))) for case in _OPTIMA]))
    if isinstance(found, Feedback):
        return found
    right = np.array([_searched(*case) for case in _OPTIMA])
    signal, weight = np.transpose(_OPTIMA)
    q = signal**2 / weight
    mistakes = {
        "This is sigma^2 with the mean held at 1. Let the mean move, too.": 1 / (1 + 2 * q),
        "Of the quadratic's two roots this is the one above 1: mu^2 = 1 - sigma^2 < 0.": 1 / right,
        "This is mu^2. The question is sigma^2.": 1 - right,
        "This is sigma. Square it.": np.sqrt(right),
        "A half is lost: the KL term of one coordinate is (mu^2 + s - ln s - 1) / 2.": 1
        + q / 2
        - np.sqrt(q**2 / 4 + q),
    }
    return compared(found, right, "Right: equal to a search over means and variances.", mistakes)


def other_prior(answer: Callable[[Tensor, Tensor, float], Tensor]) -> Feedback:
    """Check the KL divergence to N(0, t) instead of N(0, 1), per coordinate.

    Args:
        answer: takes mean and log_var, float64 (9,), and the prior's variance t; returns (9,).
    """
    grid = torch.cartesian_prod(torch.tensor([-2.0, 0.0, 1.5]), torch.tensor([-1.5, 0.0, 1.0])).double()
    mean, log_var = grid.T
    found = called(lambda: torch.as_tensor(returned(answer(mean, log_var, _PRIOR))).detach().numpy())
    if isinstance(found, Feedback):
        return found
    here, there = Normal(mean, (log_var / 2).exp()), Normal(torch.zeros(9), torch.full((9,), _PRIOR**0.5))
    right = kl_of_distributions(here, there).numpy()
    square = mean.square().numpy() / 2
    mistakes = {
        "This is still the divergence to N(0, 1).": kl_of_distributions(here, Normal(0.0, 1.0)).numpy(),
        "The mean must be measured in the prior's unit, too: mu^2 / t.": right + square - square / _PRIOR,
        "The logarithm lacks the prior's variance: log(sigma^2 / t).": right - math.log(_PRIOR) / 2,
        "The two sides are swapped: the expert comes first.": kl_of_distributions(there, here).numpy(),
        "The half is missing.": 2 * right,
        "The sign: a divergence is never negative.": -right,
    }
    return compared(found, right, "Right: zero at mu = 0 and sigma^2 = t, positive elsewhere.", mistakes)


def _number(answer: Any, right: float, praise: str, mistakes: Mapping[str, float]) -> Feedback:
    """Compare one number with the right one, then with what typical mistakes give."""
    try:
        found = float(answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put a number in place of the dots, such as 0.5.")
    if math.isclose(found, right, rel_tol=0.01):
        return Feedback(True, praise)
    for hint, value in mistakes.items():
        if math.isclose(found, value, rel_tol=0.01):
            return Feedback(False, hint)
    return Feedback(False, "Not this number. Look at the hint.")


def _steps_to_halve(alpha: float) -> int:
    """Steps of gradient descent on alpha mu^2 / 2, rate 1, from mu = 1 to a half."""
    mean, steps = 1.0, 0
    while mean > 0.5:
        mean, steps = mean - alpha * mean, steps + 1
    return steps


def _searched(signal: float, weight: float) -> float:
    """The sigma^2 of the lowest loss, by a search over mean and variance together."""
    from scipy.optimize import minimize

    def loss(logs: NDArray) -> float:
        square, variance = np.exp(logs)  # mu^2, sigma^2
        return signal**2 * variance / square + weight / 2 * (square + variance - np.log(variance) - 1)

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
    return float(np.exp(found.x[1]))
