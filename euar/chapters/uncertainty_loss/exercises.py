"""Checks of the exercises in "The uncertainty loss" (Eq. 10).

Letters: B rows, N experts, k chosen, D features.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from euar.chapters.answers import call_on, gradients, on_cases, require
from euar.chapters.judge import exercise, expect

_PAIRS = [(0.3, 0.2), (0.5, 0.1), (0.2, 0.6)]


@exercise("Equally sure experts, and the gate still leaves those that it asks.")
def rising_logits(answer: Sequence[bool]) -> None:
    """Check which logits rise when the gate descends the U-loss: two of four equally sure experts are chosen.

    Args:
        answer: for each expert, in the order of falling probability.
    """
    mistakes = {
        "That is the sign of the gradient. Descent goes against it.": (True, True, False, False),
        "A softmax cannot only fall: what the chosen lose, others get.": (False, False, False, False),
        "All logits up changes nothing in a softmax. Compute S first.": (True, True, True, True),
    }
    otherwise = "Not yet. All variances are alike: chosen experts share one sign, cut ones too."
    expect(answer, (False, False, True, True), mistakes, otherwise)


@exercise("An expert must be far surer than its colleague before the gate gives it more.")
def threshold(answer: Callable[[float, float], float]) -> None:
    """Check below which variance a chosen expert's logit stops falling.

    Args:
        answer: (its probability, that of the other chosen expert, whose variance is 1) -> variance.
    """
    own, other = np.transpose(_PAIRS)
    mistakes = {
        "That would hold if the weights summed to 1: compare with S, not with the other's variance.": (
            np.ones_like(own)
        ),
        "You left the expert's own part out of S: S = p1 s + p2.": other,
        "The probabilities are exchanged.": own / (1 - other),
        "You divided by the weight that is kept. Solve s = p1 s + p2 for s.": other / (own + other),
        "The sign of p1 s: bring it to the other side.": other / (1 + own),
    }
    expect(on_cases(answer, _PAIRS), other / (1 - own), mistakes)


@exercise("Now the gate can only lower the loss by preferring sure experts.")
def router_loss(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Check a loss that trains the gate alone and does not pay for keeping less weight.

    Args:
        answer: takes weights (B, N), zero for experts not chosen, and variances (B, N, D); returns a 0-dim
            tensor: the mean over rows of the variance, a mean over D, under weights that sum to 1.
    """
    weights, variance = _example()
    found = call_on(answer, weights, variance)
    scalar = isinstance(found, Tensor) and not found.ndim
    require(scalar, "Return a tensor without dimensions: take the mean over rows at the end.")
    share = weights / weights.sum(dim=-1, keepdim=True)
    right = _loss(share, variance)
    mistakes = {
        "The weights do not sum to 1: the gate can still lower the loss by keeping less.": (
            _loss(weights, variance)
        ),
        "Over N experts a mean makes the loss N times smaller. Sum over them.": right / 5,
        "Over D the loss is a mean, not a sum.": right * 3,
        "The loss has the variance, not its root.": _loss(share, variance.sqrt()),
    }
    expect(found, right, mistakes, f"Not yet: expected {right:.4f}, found {found:.4f}.")
    unreached = "The value is right, but no gradient reaches the gate."
    gate, experts = gradients(found, (weights, variance), unreached)
    require(not experts.any(), "The value is right, but the experts get a gradient: they would shrink.")
    wanted, chosen = gradients(right, (weights,), unreached)[0], weights > 0
    otherwise = "The value is right, the gate's gradient is not: is the sum of weights constant?"
    expect(gate[chosen], wanted[chosen], {}, otherwise)


def _loss(weights: Tensor, variance: Tensor) -> Tensor:
    return (weights * variance.mean(dim=-1)).sum(dim=-1).mean()


def _example() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    probs = torch.randn(12, 5, generator=generator).double().softmax(dim=-1)
    kept = torch.zeros_like(probs).scatter(-1, probs.topk(2).indices, 1.0) * probs
    variance = torch.randn(12, 5, 3, generator=generator).double().exp()
    return kept.requires_grad_(), variance.requires_grad_()
