"""Checks of the exercises in "The uncertainty loss" (Eq. 10).

Letters: B rows, N experts, k chosen, D features.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from euar.chapters.judge import EMPTY, Feedback, called, compared, is_empty, raised, returned

_PAIRS = [(0.3, 0.2), (0.5, 0.1), (0.2, 0.6)]
_SWAPPED = (True, True, False, False)


def rising_logits(answer: Sequence[bool]) -> Feedback:
    """Check which logits rise when the gate descends the U-loss: two of four equally sure experts are chosen.

    Args:
        answer: for each expert, in the order of falling probability.
    """
    if not isinstance(answer, Sequence) or len(answer) != 4 or not all(isinstance(a, bool) for a in answer):
        return Feedback(False, "Put True or False in place of each of the four dots.")
    mistakes = {
        _SWAPPED: "That is the sign of the gradient. Descent goes against it.",
        (False, False, False, False): "A softmax cannot only fall: what the chosen lose, others get.",
        (True, True, True, True): "All logits up changes nothing in a softmax. Compute S first.",
    }
    if tuple(answer) in mistakes:
        return Feedback(False, mistakes[tuple(answer)])
    if tuple(answer) != (False, False, True, True):
        return Feedback(
            False, "Not yet. All variances are alike: chosen experts share one sign, cut ones too."
        )
    return Feedback(True, "Equally sure experts, and the gate still leaves those that it asks.")


def threshold(answer: Callable[[float, float], float]) -> Feedback:
    """Check below which variance a chosen expert's logit stops falling.

    Args:
        answer: (its probability, that of the other chosen expert, whose variance is 1) -> variance.
    """
    found = called(lambda: np.array([float(returned(answer(*pair))) for pair in _PAIRS]))
    if isinstance(found, Feedback):
        return found
    own, other = np.transpose(_PAIRS)
    mistakes = {
        "That would hold if the weights summed to 1: compare with S, not with the other's variance.": 1.0
        + 0 * own,
        "You left the expert's own part out of S: S = p1 s + p2.": other,
        "The probabilities are exchanged.": own / (1 - other),
        "You divided by the weight that is kept. Solve s = p1 s + p2 for s.": other / (own + other),
        "The sign of p1 s: bring it to the other side.": other / (1 + own),
    }
    praise = "An expert must be far surer than its colleague before the gate gives it more."
    return compared(found, other / (1 - own), praise, mistakes)


def router_loss(answer: Callable[[Tensor, Tensor], Tensor]) -> Feedback:
    """Check a loss that trains the gate alone and does not pay for keeping less weight.

    Args:
        answer: takes weights (B, N), zero for experts not chosen, and variances (B, N, D); returns a 0-dim
            tensor: the mean over rows of the variance, a mean over D, under weights that sum to 1.
    """
    weights, variance = _example()
    try:
        found = answer(weights, variance)
        if is_empty(found):
            return EMPTY
        if not isinstance(found, Tensor) or found.ndim:
            return Feedback(False, "Return a tensor without dimensions: take the mean over rows at the end.")
        mean, total = variance.mean(dim=-1), weights.sum(dim=-1, keepdim=True)
        mistakes = {
            "The weights do not sum to 1: the gate can still lower the loss by keeping less.": weights * mean,
            "Over N experts a mean makes the loss N times smaller. Sum over them.": weights
            / total
            * mean
            / 5,
            "Over D the loss is a mean, not a sum.": weights / total * variance.sum(dim=-1),
            "The loss has the variance, not its root.": weights / total * variance.sqrt().mean(dim=-1),
        }
        right = (weights / total * mean).sum(dim=-1).mean()
        if not torch.allclose(found, right, rtol=1e-4):
            for hint, terms in mistakes.items():
                if torch.allclose(found, terms.sum(dim=-1).mean(), rtol=1e-4):
                    return Feedback(False, hint)
            return Feedback(False, f"Not yet: expected {right:.4f}, found {found:.4f}.")
        return _gradients(found, right, weights, variance)
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)


def _example() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    probs = torch.randn(12, 5, generator=generator).double().softmax(dim=-1)
    kept = torch.zeros_like(probs).scatter(-1, probs.topk(2).indices, 1.0) * probs
    variance = torch.randn(12, 5, 3, generator=generator).double().exp()
    return kept.requires_grad_(), variance.requires_grad_()


def _gradients(found: Tensor, right: Tensor, weights: Tensor, variance: Tensor) -> Feedback:
    """What the gradients of a loss with the right value say."""
    if not found.requires_grad:
        return Feedback(False, "The value is right, but no gradient reaches the gate.")
    gate, experts = torch.autograd.grad(found, (weights, variance), allow_unused=True)
    if experts is not None and experts.any():
        return Feedback(False, "The value is right, but the experts get a gradient: they would shrink.")
    wanted, chosen = torch.autograd.grad(right, weights)[0], weights > 0
    if gate is None or not torch.allclose(gate[chosen], wanted[chosen], rtol=1e-4):
        return Feedback(
            False, "The value is right, the gate's gradient is not: is the sum of weights constant?"
        )
    return Feedback(True, "Now the gate can only lower the loss by preferring sure experts.")
