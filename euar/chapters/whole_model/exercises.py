"""Checks of the exercises in "The whole model" (Eq. 11-12).

Letters: B samples, N experts, k chosen, D features, M modalities.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from euar.chapters.answers import call_on, each, entries, gradients, on_cases
from euar.chapters.judge import exercise, expect, expect_truths, part
from euar.experts import Gaussian
from euar.gating import Routing
from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE
from euar.systems.config import Task

Weights = dict[str, Tensor]
Layer = Callable[[Tensor, Weights, int, Tensor], Mapping[str, Tensor]]

_GRADIENTS = {  # what the first exercise asks, whether the gradient is zero, and why
    "task on log-variance": (True, "Experts that pass on their mean leave sigma out of the prediction."),
    "U on log-variance": (False, "Eq. 10 holds sigma^2 itself, whatever the experts pass on."),
    "aux on experts": (True, "Eq. 7-9 hold shares and probabilities, which the gate makes alone."),
    "KL on gate": (True, "Eq. 4 runs over all experts and does not ask for their weight."),
    "task on gate": (False, "The weights of Eq. 5 multiply the answers, drawn or not."),
    "task on style": (True, "Its h is zero for every row, whatever its weights are."),
    "KL on style": (True, "A modality that no row has counts in no mean."),
}
_CASES = [({"a": 3}, 4, 2, 1), ({"a": 5, "b": 7}, 6, 3, 2), ({"a": 2, "b": 3, "c": 4}, 8, 5, 3)]


@exercise("Each term reaches what stands in its formula, and the projections below that.")
def zero_gradients(answer: Mapping[str, bool]) -> None:
    """Check which gradients are exactly zero with `output="mean"` and a batch without style.

    Args:
        answer: {gradient: whether it is zero}.
    """
    expect_truths(answer, _GRADIENTS)


@exercise("Right. At this size the experts' 2 M N D (D + 1) decide.")
def parameters(answer: Callable[[dict[str, int], int, int, int], int]) -> None:
    """Check the number of parameters of the default model.

    Args:
        answer: ({modality: width}, D, N, outputs) -> number.
    """
    found, right = on_cases(answer, _CASES), np.array(each(_built, _CASES))
    m, d, n, o = np.transpose([(len(widths), *sizes) for widths, *sizes in _CASES])
    mistakes = {
        "The LayerNorm of each projection has 2 D numbers of its own.": 2 * d * m,
        "Each expert has two maps: one to the mean, one to the log-variance.": m * n * d * (d + 1),
        "The gates are missing: one layer from D to N for each modality.": m * n * (d + 1),
        "The head is missing: one layer from M D to the outputs.": (m * d + 1) * o,
        "The head reads M D numbers: the modalities stand side by side.": (m - 1) * d * o,
        "Every linear layer has a bias: projections, gates, experts, head.": m * (d + n + 2 * n * d) + o,
    }
    wrong = {hint: right - missing for hint, missing in mistakes.items()}
    otherwise = f"Not yet: for {_CASES[0]} it is {right[0]}, yours says {found[0]:g}."
    expect(found, right, wrong, otherwise, tolerance=0)


@exercise("Values and gradients agree with the package: you have written the layer.")
def layer(answer: Layer) -> None:
    """Check a layer written from scratch against `UncertaintyAwareMoE` with the same weights, in training.

    Args:
        answer: takes x (B, D); weights, as the chapter lists them; k; and eps (B, k, D), the noise of the
            chosen experts in the order of `topk`. Returns {"hidden": (B, D), "kl", "aux", "u": 0-dim}.
    """
    moe, x, eps = _example()
    weights = {
        name: value.detach().clone().requires_grad_() for name, value in _sorted(*moe.parameters()).items()
    }
    found = call_on(answer, x.clone(), weights, moe.gate.k, eps.clone())
    out = moe(x, generator=torch.Generator().manual_seed(1))
    right = {"hidden": out.hidden, **out.losses}
    parts = _taken_apart(moe, x, eps)
    for name, value in entries(found, _MISTAKES):
        with part(name):
            expect(value, right[name], _MISTAKES[name](parts), "Not yet. Print its parts.")
            _expect_gradient(value, right[name], weights, moe)


def _built(widths: dict[str, int], dim: int, num_experts: int, outputs: int) -> int:
    task: Task = "classification" if outputs > 1 else "regression"
    model = EUARConfig(widths, dim=dim, num_experts=num_experts, k=1, task=task, outputs=outputs).build()
    return sum(parameter.numel() for parameter in model.parameters())


def _example() -> tuple[UncertaintyAwareMoE, Tensor, Tensor]:
    """A layer with N = 5 and k = 2, some of whose log-variances reach the clamp; its input and its noise."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        moe = UncertaintyAwareMoE(dim=4, num_experts=5, k=2).double()
        x = 2 * torch.randn(16, 4).double()
    with torch.no_grad():
        moe.experts.log_var_bias[:, 0] = 5.0
    eps = torch.randn(16, 2, 4, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    return moe, x, eps


class _Parts(NamedTuple):
    """What right and wrong answers are made of.

    Attributes:
        kept: (B, k, 1), weights of the chosen experts.
        mean: (B, k, D), theirs; so are `variance` and `free`, the log-variance before the clamp.
        gaussian: of all experts.
        routing: of the batch.
        eps: (B, k, D).
    """

    kept: Tensor
    mean: Tensor
    variance: Tensor
    free: Tensor
    gaussian: Gaussian
    routing: Routing
    eps: Tensor


@torch.no_grad()
def _taken_apart(moe: UncertaintyAwareMoE, x: Tensor, eps: Tensor) -> _Parts:
    routing, gaussian = moe.gate(x), moe.experts(x)
    rows = torch.arange(len(x))[:, None], routing.index
    free = torch.einsum("bi,jdi->bjd", x, moe.experts.log_var_weight) + moe.experts.log_var_bias
    kept = routing.weights[rows].unsqueeze(-1)
    return _Parts(kept, gaussian.mean[rows], gaussian.variance[rows], free[rows], gaussian, routing, eps)


def _hidden_mistakes(p: _Parts) -> dict[str, Tensor]:
    drawn = p.mean + p.eps * p.variance.sqrt()
    answers = {
        "This is the mixture of means. In training an expert answers with mean + eps * sigma.": p.mean,
        "The noise is multiplied by sigma^2. Eq. 3 has sigma.": p.mean + p.eps * p.variance,
        "Some log-variances lie above 5. Clamp them to [-8, 5].": p.mean + p.eps * (p.free / 2).exp(),
        "The weights are missing: every answer counts in full.": drawn / p.kept,
        "Eq. 5 does not renormalise: kept probabilities stay as they are.": drawn
        / p.kept.sum(1, keepdim=True),
    }
    return {hint: (p.kept * answer).sum(dim=1) for hint, answer in answers.items()}


def _kl_mistakes(p: _Parts) -> dict[str, Tensor]:
    per_expert = p.gaussian.kl().mean(dim=-1)  # (B, N)
    return {
        "Over the D features the default takes the mean, not the sum.": p.eps.shape[-1] * per_expert.mean(),
        "Over the experts the KL is a mean, not a sum.": per_expert.sum(dim=-1).mean(),
        "All experts count in the KL, not the chosen alone.": per_expert.gather(1, p.routing.index).mean(),
    }


def _aux_mistakes(p: _Parts) -> dict[str, Tensor]:
    probs, weights = p.routing.probs.mean(dim=0), p.routing.weights.mean(dim=0)  # (N,)
    share = torch.bincount(p.routing.index[:, 0], minlength=len(probs)) / len(p.eps)
    switch = "This is the paper's form. The default is Switch's: N times share times full softmax."
    return {
        "The factor N is missing: an even load must give 1.": (share * probs).sum(),
        switch: (share * weights).mean(),
        "Both factors are mean probabilities. One must count choices.": len(probs) * probs.square().sum(),
    }


def _u_mistakes(p: _Parts) -> dict[str, Tensor]:
    variance, weights = p.gaussian.variance, p.routing.weights  # (B, N, D), (B, N)
    return {
        "The factor 1/N of Eq. 10 is missing.": (weights * variance.mean(dim=-1)).sum(dim=-1).mean(),
        "Eq. 10 has the variance, not sigma.": (weights * variance.sqrt().mean(dim=-1)).mean(),
        "Over the D features the default takes the mean, not the sum.": (
            weights * variance.sum(dim=-1)
        ).mean(),
        "Eq. 10 has the masked weights.": (p.routing.probs * variance.mean(dim=-1)).mean(),
    }


#: {output: what typical mistakes give}.
_MISTAKES = {"hidden": _hidden_mistakes, "kl": _kl_mistakes, "aux": _aux_mistakes, "u": _u_mistakes}


def _expect_gradient(found: Tensor, right: Tensor, weights: Weights, moe: UncertaintyAwareMoE) -> None:
    """Compare the gradient of one output with respect to each of the reader's weights."""
    unreached = "The value is right, but no gradient reaches the weights. Keep tensors."
    mine = gradients(found, list(weights.values()), unreached)
    theirs = _sorted(*gradients(right, list(moe.parameters()), unreached))
    for weight, gradient in zip(weights, mine, strict=True):
        otherwise = f"The value is right, but not its gradient for {weight}. What is cut off?"
        expect(gradient, theirs[weight], {}, otherwise)


def _sorted(gate: Tensor, gate_bias: Tensor, experts: Tensor, bias: Tensor) -> Weights:
    """Split the package's parameters, or their gradients, into the weights of the exercise."""
    mean, log_var = experts.transpose(1, 2).chunk(2, dim=1)
    mean_bias, log_var_bias = bias[:, 0].chunk(2, dim=-1)
    return {
        "gate_weight": gate,
        "gate_bias": gate_bias,
        "mean_weight": mean,
        "mean_bias": mean_bias,
        "log_var_weight": log_var,
        "log_var_bias": log_var_bias,
    }
