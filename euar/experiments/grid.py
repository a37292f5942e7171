"""Learning rate and epochs of the embedded data set: one recorded grid, judged on validation alone."""

from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

from euar.experiments.store import load_results
from euar.experiments.train import Request
from euar.training import Recipe

LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
EPOCHS = (1, 3, 10)


def requests() -> list[Request]:
    """Return a run of the default preset for every learning rate and number of epochs, two seeds each."""
    recipes = (Recipe(lr=lr, epochs=epochs) for epochs, lr in product(EPOCHS, LEARNING_RATES))
    return [Request(data="embedded", seeds=(0, 1), recipe=recipe) for recipe in recipes]


def recipe(data: str, root: Path | None = None) -> dict[str, Any]:
    """Return the grid's best `lr` and `epochs` for a data set: the lowest mean validation MAE over seeds.

    Of a cell that was measured twice the newer result counts. Empty for a data set without a grid, which
    leaves the defaults of `fit` in force.

    Args:
        data: the data set's name.
        root: the folder of all results, see `store`.
    """
    cells = {}
    for result in reversed(load_results("grid", root)):  # oldest first: the newest stays
        if result["data"]["name"] == data:
            training = result["config"]["training"]
            cells[training["lr"], training["epochs"]] = fmean(run["valid"]["mae"] for run in result["runs"])
    if not cells:
        return {}
    lr, epochs = min(cells, key=cells.get)
    return {"lr": lr, "epochs": epochs}
