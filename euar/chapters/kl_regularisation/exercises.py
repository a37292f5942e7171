"""Checks of the exercises in the chapter on the KL term (Eq. 4)."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Normal
from torch.distributions import kl_divergence as kl_of_distributions

from euar.chapters.answers import call, on_cases
from euar.chapters.judge import exercise, expect

_ALPHA, _EXPERTS, _DIM = 1e-3, 8, 64
_OPTIMA = [(0.02, 1e-3), (0.1, 1e-2), (0.5, 0.1), (0.3, 1.0)]  # signal p, weight a
_PRIOR = 0.25  # variance
_OTHER_NUMBER = "Not this number. Look at the hint."


@exercise("Right: the sum is D times the mean, so alpha is D times less.")
def alpha_for_sum(answer: float) -> None:
    """Check which alpha with the sum over D trains like 0.001 with the mean, for N = 8 and D = 64.

    Args:
        answer: alpha; right to 1 %.
    """
    right = _ALPHA / _DIM
    mistakes = {
        "The other way round: the sum is the larger of the two, so it needs the smaller alpha.": (
            _ALPHA * _DIM
        ),
        "The two terms differ by a factor, so the same alpha cannot do.": _ALPHA,
        "Both reductions average over the N experts. Only D makes a difference.": _ALPHA / _EXPERTS,
        "This is a, the weight of one coordinate. With the sum, alpha is N times a.": right / _EXPERTS,
    }
    expect(answer, right, mistakes, _OTHER_NUMBER, tolerance=0.01)


@exercise("Right: a step takes off a share proportional to alpha. Adam is what forgets the size of alpha.")
def slower_by(answer: float) -> None:
    """Check how many times longer plain descent takes to halve a dead expert's |mu| at a hundredth of alpha.

    Args:
        answer: the factor; right to 1 %.
    """
    mistakes = {
        "This is Adam, which divides a gradient by its own size. Plain descent does not.": 1.0,
        "No root here: the step is proportional to alpha.": 10.0,
        "A weaker pull takes longer, not shorter.": 0.01,
        "|mu| does fall like an exponential, but alpha is a factor of its rate.": math.log(100),
    }
    expect(answer, 100, mistakes, _OTHER_NUMBER, tolerance=0.01)


@exercise("Right: equal to a search over means and variances.")
def lowest_variance(answer: Callable[[float, float], float]) -> None:
    """Check the variance at the joint optimum of mean, variance and head weight, with the signal held.

    Args:
        answer: (signal c = w g mu, weight a) -> sigma^2.
    """
    signal, weight = np.transpose(_OPTIMA)
    q = signal**2 / weight
    right = 1 + q - np.sqrt(q**2 + 2 * q)
    mistakes = {
        "This is sigma^2 with the mean held at 1. Let the mean move, too.": 1 / (1 + 2 * q),
        "Of the quadratic's two roots this is the one above 1: mu^2 = 1 - sigma^2 < 0.": 1 / right,
        "This is mu^2. The question is sigma^2.": 1 - right,
        "This is sigma. Square it.": np.sqrt(right),
        "A half is lost: the KL term of one coordinate is (mu^2 + s - ln s - 1) / 2.": (
            1 + q / 2 - np.sqrt(q**2 / 4 + q)
        ),
    }
    expect(on_cases(answer, _OPTIMA), right, mistakes)


@exercise("Right: zero at mu = 0 and sigma^2 = t, positive elsewhere.")
def other_prior(answer: Callable[[Tensor, Tensor, float], Tensor]) -> None:
    """Check the KL divergence to N(0, t) instead of N(0, 1), per coordinate.

    Args:
        answer: takes mean and log_var, float64 (9,), and the prior's variance t; returns (9,).
    """
    grid = torch.cartesian_prod(torch.tensor([-2.0, 0.0, 1.5]), torch.tensor([-1.5, 0.0, 1.0])).double()
    mean, log_var = grid.T
    here, there = Normal(mean, (log_var / 2).exp()), Normal(torch.zeros(9), torch.full((9,), _PRIOR**0.5))
    right, square = kl_of_distributions(here, there), mean.square() / 2
    mistakes = {
        "This is still the divergence to N(0, 1).": kl_of_distributions(here, Normal(0.0, 1.0)),
        "The mean must be measured in the prior's unit, too: mu^2 / t.": right + square - square / _PRIOR,
        "The logarithm lacks the prior's variance: log(sigma^2 / t).": right - math.log(_PRIOR) / 2,
        "The two sides are swapped: the expert comes first.": kl_of_distributions(there, here),
        "The half is missing.": 2 * right,
        "The sign: a divergence is never negative.": -right,
    }
    expect(call(answer, mean, log_var, _PRIOR), right, mistakes)
