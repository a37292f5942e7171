"""Checks of the exercises in the introduction."""

from collections.abc import Callable, Mapping
from typing import Any

from euar.chapters.answers import array, call, entries, require
from euar.chapters.judge import exercise, expect, part
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


@exercise(
    "All four. The experts add an axis, the mixture removes it, fusion widens the last one.",
    stub="No shape yet. How many rows, and what stands beside them?",
)
def shapes(answer: Mapping[str, Any]) -> None:
    """Check the shapes that 32 rows take with N = 5, k = 2, D = 48 and three modalities.

    Args:
        answer: {station: shape}; the stations are `weights`, `mean`, `hidden` and `joint`.
    """
    for name, given in entries(answer, _SHAPES):
        with part(name):
            found = tuple(array(given).ravel().tolist())
            hint = _SLIPS.get((name, found), "go back to the line of the walk that prints it")
            require(found == _SHAPES[name], f"not {found}; {hint}.")


@exercise(
    "Right for every size: two linear layers an expert, and one for the gate.",
    stub="No formula yet. Count one linear layer first: its weights and its biases.",
)
def parameters(answer: Callable[[int, int], int]) -> None:
    """Check a formula for the number of parameters of one layer: a gate and N Gaussian experts.

    Args:
        answer: function of D and N.
    """
    for d, n in ((64, 8), (5, 3), (7, 1)):
        right = sum(p.numel() for p in UncertaintyAwareMoE(d, n, k=1).parameters())
        found = call(answer, d, n)
        mistakes = {
            "the gate is missing: it is a linear layer from D to N.": right - (d + 1) * n,
            "every linear layer has a bias as well.": right - 2 * d * n - n,
            "an expert has two linear layers, one for the mean, one for the spread.": right - (d + 1) * d * n,
        }
        with part(f"{found} for D = {d}, N = {n}"):
            expect(found, right, mistakes, "write down the layers one by one.", tolerance=0)
