"""Checks of the exercises in the chapter on Gaussian experts (Eq. 1-3).

Right answers are found again by exact quadrature, by enumeration or by a loop, never by the package's own
formulas. Letters: B samples, N experts, k chosen, D features.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from euar.chapters.judge import Feedback
from euar.experts import GaussianExperts

_STUB = Feedback(False, "Nothing to check yet: put your answer in place of the stub.")
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(12)  # exact for polynomials of eps up to degree 23


def noise_cost_factor(answer: float) -> Feedback:
    """Check by what factor the noise's cost grows when every log-variance rises by 1.

    Args:
        answer: the factor; right to 1 %.
    """
    if answer is None or answer is ...:
        return _STUB
    right = _noise_cost(1.3) / _noise_cost(0.3)
    try:
        found = float(answer)
    except (TypeError, ValueError):
        return Feedback(False, f"Expected one number, found {type(answer).__name__}.")
    mistakes = {
        right**0.5: "This is what sigma grows by. The cost holds its square.",
        right**2: "This takes log_var for log sigma. It is log sigma^2.",
        1.0: "The cost does grow: it holds sigma^2 = exp(log_var).",
        2.0: "The variance would double if log_var rose by log 2.",
    }
    if math.isclose(found, right, rel_tol=0.01):
        return Feedback(True, f"Right: sigma^2 = exp(log_var), so the cost grows by e = {right:.3f}.")
    for value, hint in mistakes.items():
        if math.isclose(found, value, rel_tol=0.01):
            return Feedback(False, hint)
    return Feedback(False, "Not this factor. Put log_var + 1 into the formula of the cost and divide.")


def gradient_of_mean_square(answer: Callable[[Tensor, Tensor], Tensor]) -> Feedback:
    """Check the derivative of E z^2 with respect to the log-variance.

    Args:
        answer: takes mean and log_var, float64 (9,), and returns the derivative, (9,).
    """
    grid = torch.cartesian_prod(torch.tensor([-2.0, 0.5, 1.5]), torch.tensor([-1.5, 0.0, 1.0])).double()
    mean, log_var = grid.T
    found = _call(answer, mean, log_var)
    if isinstance(found, Feedback):
        return found
    step = 1e-4
    rise = _mean_square(mean, log_var + step) - _mean_square(mean, log_var - step)
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
    right = "Right: E z^2 = mean^2 + exp(log_var), and only the second part depends on log_var."
    return _judge(found, rise / (2 * step), right, mistakes)


def cost_of_averaged_draws(answer: Callable[[Tensor, Tensor, int], Tensor]) -> Feedback:
    """Check what noise costs when the predictions of S draws are averaged.

    Args:
        answer: takes the head's weight (D,), the variance (D,) and S, and returns the cost, 0-dim.
    """
    weight, variance, draws = torch.tensor([0.7, -1.1]).double(), torch.tensor([0.4, 1.6]).double(), 3
    found = _call(answer, weight, variance, draws)
    if isinstance(found, Feedback):
        return found
    one = _enumerated_cost(weight, variance, 1)
    mistakes = {
        "This is the cost of one draw. Averaging S independent draws lowers it.": one,
        "Too low: the variance of a mean falls as 1/S, not 1/S^2.": one / draws**2,
        "The standard deviation falls as 1/sqrt(S); the cost is a variance.": one / draws**0.5,
        "S draws are averaged here, not summed.": one * draws,
        "The head's weight enters squared: Var(w z) = w^2 Var(z).": (weight * variance).sum() / draws,
    }
    right = "Right: the draws are independent, so the variance of their mean is 1/S of one draw's."
    return _judge(found, _enumerated_cost(weight, variance, draws), right, mistakes)


def routed_experts(answer: Callable[[GaussianExperts, Tensor, Tensor], tuple[Tensor, Tensor]]) -> Feedback:
    """Check a forward pass that asks each sample's chosen experts alone.

    Args:
        answer: takes experts, x (B, in) and index (B, k), and returns mean and log_var, (B, k, D) each.
    """
    experts, x = _small_experts()
    index = torch.tensor([[4, 1], [2, 3], [1, 0], [3, 1], [4, 2], [0, 4]])
    found = _call(answer, experts, x, index)
    if isinstance(found, Feedback):
        return found
    if not _is_pair(found):
        return Feedback(False, "Expected a pair of tensors of equal shape: mean and log_var.")
    right = _looped(experts, x, index)
    mean, log_var = right.chunk(2, dim=-1)
    mistakes = {
        "These are all N experts. Return only those that `index` names.": _looped(experts, x, _first(5)),
        "These are experts 0 to k - 1 for every sample. Look them up in `index`.": _looped(
            experts, x, _first(2)
        ),
        "Right experts, wrong order: column c belongs to expert index[:, c].": _looped(
            experts, x, index.sort(dim=-1).values
        ),
        "The pair is swapped: mean first, log_var second.": torch.cat([log_var, mean], dim=-1),
        "The mean is right; the log-variance misses its clamp to log_var_range.": _looped(
            experts, x, index, limits=(-math.inf, math.inf)
        ),
    }
    return _judge(
        torch.cat(found, dim=-1), right, "Right: equal to a loop over samples and their experts.", mistakes
    )


def _call(answer: Any, *arguments: Any) -> Any:
    """Return what the answer returns, or Feedback when it is a stub or raises."""
    if not callable(answer):
        return _STUB if answer is None or answer is ... else Feedback(False, "Expected a function.")
    try:
        found = answer(*arguments)
    except NotImplementedError:
        return _STUB
    except Exception as error:
        return Feedback(False, f"Your function raised {type(error).__name__}: {error}")
    return _STUB if found is None or found is ... else found


def _judge(found: Any, right: Tensor, praise: str, mistakes: Mapping[str, Tensor]) -> Feedback:
    """Compare with the right values, then with what typical mistakes give."""
    found = torch.as_tensor(found).detach().double()
    if _equal(found, right):
        return Feedback(True, praise)
    for hint, values in mistakes.items():
        if _equal(found, values):
            return Feedback(False, hint)
    if found.shape != right.shape:
        return Feedback(False, f"Expected shape {tuple(right.shape)}, found {tuple(found.shape)}.")
    return Feedback(False, f"Not yet: off by up to {(found - right).abs().max():.3g}. Try the hint.")


def _is_pair(found: Any) -> bool:
    tensors = isinstance(found, tuple) and all(isinstance(part, Tensor) for part in found)
    return tensors and len(found) == 2 and found[0].shape == found[1].shape


def _equal(found: Tensor, values: Tensor) -> bool:
    return found.shape == values.shape and torch.allclose(found, values, rtol=1e-5, atol=1e-6)


def _mean_square(mean: Tensor, log_var: Tensor) -> Tensor:
    """E z^2 by Gauss-Hermite quadrature, (S,)."""
    eps, weights = torch.from_numpy(_NODES), torch.from_numpy(_WEIGHTS / _WEIGHTS.sum())
    z = mean[:, None] + log_var.exp().sqrt()[:, None] * eps  # (S, nodes)
    return (weights * z.square()).sum(dim=-1)


def _noise_cost(log_var: float) -> float:
    """E (y - w z)^2 - (y - w mean)^2 at some y, w and mean, by Gauss-Hermite quadrature."""
    y, w, mean = 0.7, -0.4, 1.2
    errors = (y - w * (mean + math.sqrt(math.exp(log_var)) * _NODES)) ** 2
    return float((_WEIGHTS * errors).sum() / _WEIGHTS.sum() - (y - w * mean) ** 2)


def _enumerated_cost(weight: Tensor, variance: Tensor, draws: int) -> Tensor:
    """Cost of averaged draws over all patterns of noise +-1: mean 0 and variance 1, all that counts."""
    signs = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=draws * len(weight)))).double()
    noise = signs.view(-1, draws, len(weight)) * variance.sqrt()  # (patterns, S, D)
    return (noise @ weight).mean(dim=-1).square().mean()


def _small_experts() -> tuple[GaussianExperts, Tensor]:
    """Return 5 experts, 4 features to 3, log-variances often at their narrow clamp, and 6 samples."""
    generator = torch.Generator().manual_seed(3)
    experts = GaussianExperts(5, 4, 3, log_var_range=(-0.5, 0.5)).double()
    with torch.no_grad():
        for parameter in experts.parameters():
            parameter.normal_(generator=generator)
    return experts, torch.randn(6, 4, generator=generator).double()


def _first(count: int) -> Tensor:
    return torch.arange(count).expand(6, -1)


@torch.no_grad()
def _looped(
    experts: GaussianExperts, x: Tensor, index: Tensor, limits: tuple[float, float] = (-0.5, 0.5)
) -> Tensor:
    """Mean and clamped log-variance side by side, one sample and one expert at a time, (B, k, 2 D)."""
    rows = []
    for sample, chosen in zip(x, index.tolist(), strict=True):
        for j in chosen:
            mean = experts.mean_weight[j] @ sample + experts.mean_bias[j]
            log_var = experts.log_var_weight[j] @ sample + experts.log_var_bias[j]
            rows.append(torch.cat([mean, log_var.clamp(*limits)]))
    return torch.stack(rows).view(*index.shape, -1)
