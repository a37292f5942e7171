"""Ten seeds of a short `fit`: at once, one after another, and as naive runs.

The clock is that on the wall, since `fit` may use several processes.
"""

import torch

from benchmarks import trimodal
from benchmarks.clock import Call, Effort, compare, wall
from benchmarks.layer import OURS as MODES
from benchmarks.rows import Row, at_least, row
from euar.training import fit
from euar.training.batches import all_splits

OURS = tuple(f"{mode}, {way}" for mode in MODES for way in ("at once", "in turn"))
OVER = "naive, one seed"
_TEN = {"seeds": 10, "experts": 8, "dim": 128, "batch": trimodal.BATCH, "steps": 8, "epochs": 2}
CELLS = {
    "full": [_TEN],
    "reduced": [_TEN],
    "quick": [_TEN | {"seeds": 2, "experts": 4, "dim": 8, "steps": 1, "epochs": 1}],
}


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time whole trainings."""
    dataset = trimodal.dataset(cell["steps"] * trimodal.BATCH, held_out=trimodal.BATCH)
    data, seeds = all_splits(dataset, device), range(cell["seeds"])
    options = {
        "epochs": cell["epochs"],
        "batch_size": trimodal.BATCH,
        "device": str(device),
        "progress": False,
    }
    calls: dict[str, Call] = {}

    def naive(seed: int) -> None:
        training = trimodal.NaiveTraining(cell["experts"], cell["dim"], data, seed)
        for _ in range(cell["epochs"]):
            training.run_epoch()

    for mode in MODES:
        config = trimodal.config(cell["experts"], cell["dim"], mode)
        calls[f"{mode}, at once"] = lambda config=config: fit(config, dataset, seeds=seeds, **options)
        calls[f"{mode}, in turn"] = lambda config=config: [
            fit(config, dataset, seeds=(seed,), **options) for seed in seeds
        ]
    calls |= {"naive, one seed": lambda: naive(0), "naive, in turn": lambda: [naive(seed) for seed in seeds]}
    times = compare(calls, effort, wall)
    return [row(cell, times, ("naive, one seed", "naive, in turn"), {})]


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    return [
        at_least(f"ten seeds of {mode} at once over one naive run", r["ratios"][f"{mode}, at once"][OVER], 1)
        for r in rows
        if r["cell"]["seeds"] == 10
        for mode in MODES
    ]
