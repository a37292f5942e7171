"""One layer, forward and backward, where experts share the rows evenly and where one is in every choice.

`gathered` and `padded` are ways that were tried and left, see `benchmarks.tried`.
"""

import torch

from benchmarks import floor, layer, naive, peers, tried
from benchmarks.clock import Call, Effort, clock_of, compare
from benchmarks.rows import Row, never_below, row

OURS = ("selected",)
OVER = "naive"
RIVALS = ("naive", "dispatcher", "gathered", "padded")
#: `push` is added to the scores of expert 0.
CELLS = {
    "full": [
        {"batch": b, "experts": 32, "dim": 128, "k": 3, "push": push}
        for b in (16, 256, 1024)
        for push in (0, 20)
    ],
    "reduced": [{"batch": 256, "experts": 32, "dim": 128, "k": 3, "push": push} for push in (0, 20)],
    "quick": [{"batch": 8, "experts": 4, "dim": 8, "k": 3, "push": push} for push in (0, 20)],
}


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time all ways at one shape."""
    moe = layer.ours(cell, device)["selected"].moe
    with torch.no_grad():
        moe.gate.linear.bias[0] += cell["push"]
    layers = {
        "selected": layer.Ours(moe),
        "naive": naive.like(moe),
        "dispatcher": peers.of(moe)["dispatcher"],
        "gathered": tried.Tried(moe, tried.gathered),
        "padded": tried.Tried(moe, tried.padded),
    }
    x = torch.randn(cell["batch"], cell["dim"], device=device, requires_grad=True)
    calls: dict[str, Call] = {name: layer.training(each, x) for name, each in layers.items()}
    times = compare(calls | {floor.MM: floor.multiply(device)}, effort, clock_of(device))
    return [row(cell, times, RIVALS, {"selected": layer.floors(cell)["selected"]}, device)]


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    wanted = {"naive": 1.5, "gathered": 1, "padded": 1}
    judged = (never_below(rows, OURS, r, f"never below {r} x{least}", least) for r, least in wanted.items())
    return [goal for of_rival in judged for goal in of_rival]
