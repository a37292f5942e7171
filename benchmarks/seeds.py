"""Ten seeds of a short `fit`: at once, one after another, and as naive runs.

The clock is that on the wall, since `fit` may use several processes.
"""

from collections.abc import Sequence
from functools import partial

import torch

from benchmarks import floor, step, trimodal
from benchmarks.clock import Call, Effort, compare, wall
from benchmarks.layer import OURS as MODES
from benchmarks.rows import Row, ahead, row
from euar.moe import KLExperts
from euar.training import fit
from euar.training.batches import all_splits

OURS = tuple(f"{mode}, {way}" for mode in MODES for way in ("at once", "in turn"))
OVER = "naive, one seed"
_TEN = {"seeds": 10, "experts": 8, "dim": 128, "k": 3, "batch": trimodal.BATCH, "steps": 8, "epochs": 2}
CELLS = {
    "full": [_TEN],
    "reduced": [_TEN],
    "quick": [_TEN | {"seeds": 2, "experts": 4, "dim": 8, "steps": 1, "epochs": 1}],
}


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time whole trainings."""
    times = compare(calls(cell, device) | {floor.MM: floor.multiply(device)}, effort, wall)
    return [row(cell, times, ("naive, one seed", "naive, in turn"), floors(cell), device)]


def calls(cell: dict[str, int], device: torch.device) -> dict[str, Call]:
    """Return what trains all seeds in each way, and one seed naively."""
    seeds, run = range(cell["seeds"]), _Trainings(cell, device)
    found: dict[str, Call] = {
        "naive, one seed": partial(run.naive, (0,)),
        "naive, in turn": partial(run.naive, seeds),
    }
    for mode in MODES:
        found[f"{mode}, at once"] = partial(run.ours, mode, seeds)
        found[f"{mode}, in turn"] = partial(run.ours_in_turn, mode, seeds)
    return found


def floors(cell: dict[str, int]) -> dict[str, int]:
    """Return the FLOPs of all steps of all seeds; validation comes on top."""
    steps = cell["seeds"] * cell["epochs"] * cell["steps"]
    return {name: steps * flops for name, flops in step.floors(cell).items()}


class _Trainings:
    """Trainings on the same data."""

    def __init__(self, cell: dict[str, int], device: torch.device):
        self.cell, self.device = cell, device
        self.dataset = trimodal.dataset((cell["steps"] * trimodal.BATCH, trimodal.BATCH, trimodal.BATCH))
        self.data = all_splits(self.dataset, device)

    def naive(self, seeds: Sequence[int]) -> None:
        for seed in seeds:
            training = trimodal.NaiveTraining(self.cell["experts"], self.cell["dim"], self.data, seed)
            for _ in range(self.cell["epochs"]):
                training.run_epoch()

    def ours(self, mode: KLExperts, seeds: Sequence[int]) -> None:
        config = trimodal.config(self.cell["experts"], self.cell["dim"], mode)
        fit(
            config,
            self.dataset,
            seeds=seeds,
            epochs=self.cell["epochs"],
            batch_size=trimodal.BATCH,
            device=str(self.device),
            progress=False,
        )

    def ours_in_turn(self, mode: KLExperts, seeds: Sequence[int]) -> None:
        for seed in seeds:
            self.ours(mode, (seed,))


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    return [
        ahead(f"ten seeds of {mode} at once over one naive run", r, f"{mode}, at once", OVER, 1)
        for r in rows
        if r["cell"]["seeds"] == 10
        for mode in MODES
    ]
