"""One layer, forward and backward, at many shapes: ours, the naive loop, and peers of equal FLOPs.

Ways: `all` and `selected` are ours, with the KL divergence of all experts or of the chosen, as the package
chooses to compute them; `all, dense` and so on are forced, where sizes are so small that the choice is close.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, get_args

import torch
from torch import Tensor, nn

from benchmarks import floor, naive, peers
from benchmarks.clock import Call, Effort, clock_of, compare
from benchmarks.rows import Row, ahead, at_most, never_below, row
from euar import _kernels
from euar.moe import KLExperts, UncertaintyAwareMoE

OURS: tuple[KLExperts, ...] = ("selected", "all")
OVER = "naive"
RIVALS = ("naive", "dispatcher", "mixture-of-experts", "st-moe-pytorch", "tutel")
CELLS = {
    "full": [
        {"batch": b, "experts": n, "dim": 128, "k": 3}
        for b in (16, 64, 256, 1024, 4096)
        for n in (8, 32, 128)
    ],
    "reduced": [{"batch": b, "experts": 32, "dim": 128, "k": 3} for b in (16, 256, 1024)],
    "quick": [{"batch": b, "experts": 4, "dim": 8, "k": 3} for b in (4, 32)],
}
#: Weights of the losses in Eq. 12, by default.
WEIGHTS = {"kl": 1e-3, "aux": 1e-2, "u": 1e-3}
_CLOSE = 8192  # pairs of row and expert, up to which the forced ways are timed
_GOALS = {
    ("selected", 16, 32): 5,
    ("selected", 16, 128): 12,
    ("selected", 1024, 32): 12,
    ("selected", 1024, 128): 30,
    ("all", 1024, 32): 2.8,
    ("all", 1024, 128): 3.8,
}


class Ours(nn.Module):
    """Our layer, called as the others are.

    Args:
        moe: to be called.
        way: to force, or None.
    """

    def __init__(self, moe: UncertaintyAwareMoE, way: _kernels.Way | None = None):
        super().__init__()
        self.moe, self.way = moe, way

    def forward(self, x: Tensor) -> peers.Answer:
        """Return h and the losses."""
        with nullcontext() if self.way is None else _kernels.forced(self.way):
            output = self.moe(x)
            return output.hidden, output.losses


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time all ways at one shape."""
    times = compare(calls(cell, device) | {floor.MM: floor.multiply(device)}, effort, clock_of(device))
    return [row(cell, times, RIVALS, floors(cell), device)]


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    at = {(r["cell"]["batch"], r["cell"]["experts"]): r for r in rows}
    wanted = [(*key, least, at[key[1:]]) for key, least in _GOALS.items() if key[1:] in at]
    found = [
        ahead(f"{mode} over naive, B = {b}, N = {n}", r, mode, "naive", least)
        for mode, b, n, least, r in wanted
    ]
    found += [
        at_most(f"all over the dense floor, B = {b}, N = {n}", r["over_floor"]["all"]["all"], 1.2)
        for mode, b, n, _, r in wanted
        if mode == "all"
    ]
    found += never_below(rows, OURS, "naive", "never below naive x1.5", 1.5)
    for peer in ("dispatcher", "tutel"):
        found += never_below(rows, ("selected",), peer, f"never behind {peer}", 1)
    return found


def calls(cell: Mapping[str, int], device: torch.device) -> dict[str, Call]:
    """Return what takes one step forward and backward in each way, all on the same rows."""
    layers = ours(cell, device)
    moe = layers["all"].moe
    layers |= {"naive": naive.like(moe), **peers.of(moe)}
    x = torch.randn(cell["batch"], cell["dim"], device=device, requires_grad=True)
    return {name: training(layer, x) for name, layer in layers.items()}


def ours(cell: Mapping[str, int], device: torch.device) -> dict[str, Any]:
    """Return our layer in each mode, and forced where that is of interest; all have the same weights."""
    torch.manual_seed(0)
    first = UncertaintyAwareMoE(cell["dim"], cell["experts"], cell["k"]).to(device)
    made: dict[str, Any] = {}
    for mode in OURS:
        moe = UncertaintyAwareMoE(cell["dim"], 1, 1, kl_experts=mode)
        moe.gate, moe.experts = first.gate, first.experts
        made[mode] = Ours(moe)
        if cell["batch"] * cell["experts"] <= _CLOSE:
            made |= {f"{mode}, {way}": Ours(moe, way) for way in get_args(_kernels.Way)}
    return made


def training(layer: nn.Module, x: Tensor) -> Call:
    """Return a call that computes all gradients of an objective, as a step does before its optimiser."""

    def call() -> None:
        layer.zero_grad()
        x.grad = None
        hidden, losses = layer(x)
        loss = hidden.square().mean()
        for name, value in losses.items():
            loss = loss + WEIGHTS[name] * value
        loss.backward()

    return call


def floors(cell: dict[str, int]) -> dict[str, int]:
    """Return the FLOPs of the chosen experts alone, and of all."""
    asked = {"selected": cell["k"], "all": cell["experts"]}
    return {name: floor.flops(cell, count, 2 * cell["dim"], passes=3) for name, count in asked.items()}
