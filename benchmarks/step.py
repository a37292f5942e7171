"""A training step of the tri-modal model: ours as `euar.training` runs it, and one written naively.

Times are those of an epoch, its validation on one batch included on both sides, by the number of its steps.
"""

from collections.abc import Sequence

import torch

from benchmarks import floor, trimodal
from benchmarks.clock import Call, Effort, clock_of, compare
from benchmarks.layer import OURS
from benchmarks.rows import Row, ahead, row
from euar.training.batches import all_splits
from euar.training.loop import Training
from euar.training.recipe import Recipe

OVER = "naive"
CELLS = {
    "full": [{"batch": trimodal.BATCH, "experts": n, "dim": 128, "k": 3, "steps": 16} for n in (8, 32)],
    "reduced": [{"batch": trimodal.BATCH, "experts": 8, "dim": 128, "k": 3, "steps": 16}],
    "quick": [{"batch": trimodal.BATCH, "experts": 4, "dim": 8, "k": 3, "steps": 2}],
}
_ENDLESS = Recipe(epochs=1_000_000, batch_size=trimodal.BATCH)


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time epochs of each training."""
    steps = cell["steps"]
    times = compare(calls(cell, device) | {floor.MM: floor.multiply(device)}, effort, clock_of(device))
    of_steps = {way: [time / (1 if way == floor.MM else steps) for time in times[way]] for way in times}
    return [row(cell, of_steps, ("naive",), floors(cell), device)]


def calls(cell: dict[str, int], device: torch.device) -> dict[str, Call]:
    """Return what trains one epoch in each way."""
    experts, dim = cell["experts"], cell["dim"]
    rows = (cell["steps"] * trimodal.BATCH, trimodal.BATCH, trimodal.BATCH)
    data = all_splits(trimodal.dataset(rows), device)
    ours: dict[str, Call] = {
        mode: Training(trimodal.config(experts, dim, mode), _ENDLESS, 0, data).run_epoch for mode in OURS
    }
    return ours | {"naive": trimodal.NaiveTraining(experts, dim, data).run_epoch}


def floors(cell: dict[str, int], widths: Sequence[int] = tuple(trimodal.WIDTHS.values())) -> dict[str, int]:
    """Return the FLOPs of a step with the chosen experts alone and with all; its inputs need no gradient.

    Args:
        cell: its sizes.
        widths: features of each modality.
    """
    batch, dim = cell["batch"], cell["dim"]
    around = 4 * batch * dim * sum(widths) + 6 * batch * dim * len(widths)
    asked = {"selected": cell["k"], "all": cell["experts"]}
    layers = {name: floor.flops(cell, count, 2 * dim, passes=3) for name, count in asked.items()}
    return {name: around + len(widths) * flops for name, flops in layers.items()}


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    found, wanted = [], {8: 4.4, 32: 8}
    for r in rows:
        if (experts := r["cell"]["experts"]) in wanted:
            best = max(OURS, key=lambda mode: r["ratios"][mode]["naive"]["median"])
            what = f"{best} over naive, B = {trimodal.BATCH}, N = {experts}"
            found.append(ahead(what, r, best, "naive", wanted[experts]))
    return found
