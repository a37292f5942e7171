"""Checks of the exercises in the chapter on Gaussian experts (Eq. 1-3).

Letters: B samples, N experts, k chosen, D features.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from euar.chapters.answers import call, require
from euar.chapters.judge import exercise, expect
from euar.experts import GaussianExperts


@exercise(f"Right: sigma^2 = exp(log_var), so the cost grows by e = {math.e:.3f}.")
def noise_cost_factor(answer: float) -> None:
    """Check by what factor the noise's cost grows when every log-variance rises by 1.

    Args:
        answer: the factor; right to 1 %.
    """
    mistakes = {
        "This is what sigma grows by. The cost holds its square.": math.sqrt(math.e),
        "This takes log_var for log sigma. It is log sigma^2.": math.e**2,
        "The cost does grow: it holds sigma^2 = exp(log_var).": 1.0,
        "The variance would double if log_var rose by log 2.": 2.0,
    }
    otherwise = "Not this factor. Put log_var + 1 into the formula of the cost and divide."
    expect(answer, math.e, mistakes, otherwise, tolerance=0.01)


@exercise("Right: E z^2 = mean^2 + exp(log_var), and only the second part depends on log_var.")
def gradient_of_mean_square(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Check the derivative of E z^2 with respect to the log-variance.

    Args:
        answer: takes mean and log_var, float64 (9,), and returns the derivative, (9,).
    """
    grid = torch.cartesian_prod(torch.tensor([-2.0, 0.5, 1.5]), torch.tensor([-1.5, 0.0, 1.0])).double()
    mean, log_var = grid.T
    variance = log_var.exp()
    mistakes = {
        "This is the derivative with respect to the mean. Hold the mean and move log_var.": 2 * mean,
        "This is with respect to log sigma. log_var is twice that.": 2 * variance,
        "This is with respect to sigma. Go on to log_var with the chain rule.": 2 * variance.sqrt(),
        "This is with respect to sigma^2. Go on to log_var with the chain rule.": torch.ones_like(mean),
        "Close: you used exp(log_var / 2), which is sigma, not sigma^2.": variance.sqrt(),
        "The half stands in sigma = exp(log_var / 2). In E z^2 sigma is squared.": variance / 2,
        "This is E z^2 itself. Its first part, mean^2, does not depend on log_var.": mean**2 + variance,
    }
    expect(call(answer, mean, log_var), variance, mistakes)


@exercise("Right: the draws are independent, so the variance of their mean is 1/S of one draw's.")
def cost_of_averaged_draws(answer: Callable[[Tensor, Tensor, int], Tensor]) -> None:
    """Check what noise costs when the predictions of S draws are averaged.

    Args:
        answer: takes the head's weight (D,), the variance (D,) and S, and returns the cost, 0-dim.
    """
    weight, variance, draws = torch.tensor([0.7, -1.1]).double(), torch.tensor([0.4, 1.6]).double(), 3
    one = (weight**2 * variance).sum()
    mistakes = {
        "This is the cost of one draw. Averaging S independent draws lowers it.": one,
        "Too low: the variance of a mean falls as 1/S, not 1/S^2.": one / draws**2,
        "The standard deviation falls as 1/sqrt(S); the cost is a variance.": one / draws**0.5,
        "S draws are averaged here, not summed.": one * draws,
        "The head's weight enters squared: Var(w z) = w^2 Var(z).": (weight * variance).sum() / draws,
    }
    expect(call(answer, weight, variance, draws), one / draws, mistakes)


@exercise("Right: equal to a loop over samples and their experts.")
def routed_experts(answer: Callable[[GaussianExperts, Tensor, Tensor], tuple[Tensor, Tensor]]) -> None:
    """Check a forward pass that asks each sample's chosen experts alone.

    Args:
        answer: takes experts, x (B, in) and index (B, k), and returns mean and log_var, (B, k, D) each.
    """
    (experts, x), (free, _) = _example((-0.5, 0.5)), _example(None)
    index = torch.tensor([[4, 1], [2, 3], [1, 0], [3, 1], [4, 2], [0, 4]])
    found, right = call(answer, experts, x, index), experts(x, index)
    first = torch.arange(2).expand(6, -1)
    by_number = index.sort(dim=-1).values
    mistakes = {
        "These are all N experts. Return only those that `index` names.": experts(x),
        "These are experts 0 to k - 1 for every sample. Look them up in `index`.": experts(x, first),
        "Right experts, wrong order: column c belongs to expert index[:, c].": experts(x, by_number),
        "The pair is swapped: mean first, log_var second.": right[::-1],
        "The mean is right; the log-variance misses its clamp to log_var_range.": free(x, index),
    }
    pair = isinstance(found, tuple) and len(found) == 2
    require(pair, "Expected a pair of tensors of equal shape: mean and log_var.")
    expect(found, right, mistakes)


def _example(log_var_range: tuple[float, float] | None) -> tuple[GaussianExperts, Tensor]:
    """Return 5 experts, 4 features to 3, log-variances often above 0.5 or below -0.5, and 6 samples."""
    generator = torch.Generator().manual_seed(3)
    experts = GaussianExperts(5, 4, 3, log_var_range=log_var_range).double()
    with torch.no_grad():
        for parameter in experts.parameters():
            parameter.normal_(generator=generator)
    return experts, torch.randn(6, 4, generator=generator).double()
