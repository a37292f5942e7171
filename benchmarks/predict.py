"""One layer in evaluation: h without gradients. The naive loop evaluates all that its lines say.

`naive, means alone` leaves out what a prediction does not need, as ours does: the stricter rival.
"""

from functools import partial

import torch

from benchmarks import floor, layer, naive, peers
from benchmarks.clock import Call, Effort, clock_of, compare
from benchmarks.rows import Row, never_below, row
from euar.moe import UncertaintyAwareMoE

OURS = ("ours",)
OVER = "naive"
RIVALS = ("naive", "naive, means alone", "dispatcher", "mixture-of-experts", "st-moe-pytorch", "tutel")
CELLS = layer.CELLS


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time all ways at one shape."""
    with torch.no_grad():
        times = compare(calls(cell, device) | {floor.MM: floor.multiply(device)}, effort, clock_of(device))
    needed = {"ours": floor.flops(cell, cell["k"], cell["dim"], passes=1)}
    return [row(cell, times, RIVALS, needed, device)]


def calls(cell: dict[str, int], device: torch.device) -> dict[str, Call]:
    """Return what predicts in each way; to be called without gradients."""
    torch.manual_seed(0)
    moe = UncertaintyAwareMoE(cell["dim"], cell["experts"], cell["k"]).to(device).eval()
    loop, x = naive.like(moe).eval(), torch.randn(cell["batch"], cell["dim"], device=device)
    return {
        "ours": lambda: moe(x).hidden,
        "naive": partial(loop, x),
        "naive, means alone": partial(loop.means, x),
        **{name: partial(peer.eval(), x) for name, peer in peers.of(moe).items()},
    }


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    found = []
    for rival in ("naive", "naive, means alone"):
        found += never_below(rows, OURS, rival, f"over {rival} everywhere", 2)
        many = [r for r in rows if r["cell"]["experts"] == 32]
        found += never_below(many, OURS, rival, f"over {rival} at N = 32", 6)
    return found
