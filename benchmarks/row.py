"""One row of a comparison, on data of CMU-MOSI's shape: ten seeds at four rates at once, and loops in turn.

Ours is the program of `euar.experiments.row`, validation, best epochs and test included; the loop validates.
A row has more epochs than the one that is timed, so building the program weighs less there. Ten seeds of the
loop in turn are taken to last ten times one, and only one is trained.
"""

from dataclasses import replace
from itertools import product

import torch

from benchmarks import floor, step, trimodal
from benchmarks.clock import Effort, clock_of, compare
from benchmarks.rows import Row, ahead, row
from euar.experiments.row import Row as ComparisonRow
from euar.model import EUARConfig
from euar.training.batches import all_splits
from euar.training.grid import fit_pairs

OURS = ("at once",)
OVER = "naive, in turn"
#: Frozen features of CMU-MOSI: sentence vectors, acoustic statistics, and parts of pictures.
WIDTHS = {"text": 384, "audio": 73, "video": 100}
_MOSI = {
    **{"seeds": 10, "rates": 4, "experts": 8, "dim": 64, "k": 3, "batch": 32, "epochs": 1},
    **{"train": 1281, "valid": 229, "test": 685},  # rows of its official split
}
CELLS = {
    "full": [_MOSI],
    "reduced": [_MOSI],
    "quick": [
        _MOSI | {"seeds": 2, "rates": 2, "experts": 4, "dim": 8} | {"train": 64, "valid": 16, "test": 16}
    ],
}


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Time the row."""
    dataset = trimodal.dataset([cell[split] for split in ("train", "valid", "test")], WIDTHS)
    rates, recipe = ComparisonRow.rates[: cell["rates"]], replace(ComparisonRow.recipe, epochs=cell["epochs"])
    config = EUARConfig(dataset.in_features, dim=cell["dim"], num_experts=cell["experts"], k=cell["k"])
    asked, data = list(product(rates, range(cell["seeds"]))), all_splits(dataset, device)

    def naive() -> None:
        for lr in rates:
            training = trimodal.NaiveTraining(cell["experts"], cell["dim"], data, batch=cell["batch"], lr=lr)
            for _ in range(cell["epochs"]):
                training.run_epoch()

    calls = {
        "at once": lambda: fit_pairs(config, dataset, asked, recipe=recipe),
        "naive, one seed": naive,
        floor.MM: floor.multiply(device),
    }
    times = compare(calls, effort, clock_of(device))
    times[OVER] = [cell["seeds"] * time for time in times["naive, one seed"]]
    return [row(cell, times, (OVER,), floors(cell), device)]


def floors(cell: dict[str, int]) -> dict[str, int]:
    """Return the FLOPs of all steps of all trainings, which ask every expert; validation comes on top."""
    one = step.floors(cell, tuple(WIDTHS.values()))["all"] * cell["train"] // cell["batch"]
    return {"at once": cell["seeds"] * cell["rates"] * cell["epochs"] * one}


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    return [
        ahead("a comparison row at once over naive in turn", r, "at once", OVER, 5)
        for r in rows
        if r["cell"]["seeds"] == 10
    ]
