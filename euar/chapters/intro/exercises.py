"""Checks of the exercises in the introduction."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from euar.chapters.judge import Feedback, called, is_empty
from euar.moe import UncertaintyAwareMoE

_B, _N, _D, _M = 32, 5, 48, 3  # the walk's batch; k = 2 of the experts are chosen
_SHAPES = {"weights": (_B, _N), "mean": (_B, _N, _D), "hidden": (_B, _D), "joint": (_B, _M * _D)}
_SLIPS = {
    ("weights", (_B, 2)): "the gate keeps a place for every expert; those not chosen get zero",
    ("mean", (_B, 2, _D)): "every expert answers, chosen or not; the gate's zeros come afterwards",
    ("mean", (_B, _D)): "this is before the mixture: the experts' answers still stand side by side",
    ("hidden", (_B, _N, _D)): "the mixture sums over the experts, so their axis is gone",
    ("joint", (_B, _D)): "that is fusion by adding; concatenation puts the modalities side by side",
}


def shapes(answer: Mapping[str, Any]) -> Feedback:
    """Check the shapes that 32 rows take with N = 5, k = 2, D = 48 and three modalities.

    Args:
        answer: {station: shape}; the stations are `weights`, `mean`, `hidden` and `joint`.
    """
    for name, right in _SHAPES.items():
        given = answer.get(name)
        if is_empty(given):
            return Feedback(False, f"{name}: no shape yet. How many rows, and what stands beside them?")
        if tuple(given) != right:
            hint = _SLIPS.get((name, tuple(given)), "go back to the line of the walk that prints it")
            return Feedback(False, f"{name}: not {tuple(given)}; {hint}.")
    return Feedback(
        True, "All four. The experts add an axis, the mixture removes it, fusion widens the last one."
    )


def parameters(answer: Callable[[int, int], int]) -> Feedback:
    """Check a formula for the number of parameters of one layer: a gate and N Gaussian experts.

    Args:
        answer: function of D and N.
    """
    for dim, experts in ((64, 8), (5, 3), (7, 1)):
        found = called(lambda size=(dim, experts): answer(*size))
        if isinstance(found, Feedback):
            return found
        if is_empty(found):
            return Feedback(
                False, "No formula yet. Count one linear layer first: its weights and its biases."
            )
        layer = UncertaintyAwareMoE(dim, experts, k=1)
        right = sum(p.numel() for p in layer.parameters())
        if found != right:
            return Feedback(False, _miscount(found, right, dim, experts))
    return Feedback(True, "Right for every size: two linear layers an expert, and one for the gate.")


def _miscount(found: float, right: int, dim: int, experts: int) -> str:
    slips = {
        right - (dim + 1) * experts: "the gate is missing: it is a linear layer from D to N",
        right - 2 * dim * experts - experts: "every linear layer has a bias as well",
        right
        - (dim + 1) * dim * experts: "an expert has two linear layers, one for the mean, one for the spread",
    }
    return f"D = {dim}, N = {experts}: not {found}; {slips.get(found, 'write down the layers one by one')}."


def mixture(answer: Callable[[Tensor, Tensor], Tensor]) -> Feedback:
    """Check an implementation of the mixture (Eq. 6).

    Args:
        answer: function of weights (B, N) and answers (B, N, D) that returns (B, D).
    """
    draw = torch.Generator().manual_seed(0)
    weights = torch.rand(4, 3, generator=draw)
    experts = torch.randn(4, 3, 3, generator=draw)  # D = N on purpose: a sum over the wrong axis fits
    found = called(lambda: answer(weights, experts))
    if isinstance(found, Feedback):
        return found
    if is_empty(found):
        return Feedback(
            False, "Nothing came back. Multiply each answer by its weight, then sum over the experts."
        )
    rows = [sum(weights[b, j] * experts[b, j] for j in range(3)) for b in range(4)]
    right = torch.stack(rows)
    if found.shape != right.shape:
        return Feedback(False, f"expected shape (B, D) = {tuple(right.shape)}, found {tuple(found.shape)}.")
    if torch.allclose(found, right, atol=1e-5):
        return Feedback(True, "This is Eq. 6.")
    slips = {
        "You divided by N: Eq. 6 is a sum, not a mean.": right / 3,
        "You did not use the weights.": experts.sum(dim=1),
        "You divided by the sum of the weights: Eq. 6 takes them as they are.": right / weights.sum(1, True),
        "You summed over the features; the experts are the middle axis.": (weights[..., None] * experts).sum(
            2
        ),
    }
    said = (text for text, wrong in slips.items() if torch.allclose(found, wrong, atol=1e-5))
    return Feedback(
        False, next(said, "The shape is right, the values are not: which axis belongs to the weights?")
    )
