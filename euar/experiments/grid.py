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


def cells(data: str, root: Path | None = None) -> dict[tuple[float, int], float]:
    """Return {(lr, epochs): mean validation MAE over seeds} of a data set's grid; empty where it has none.

    Of a cell that was measured twice the newer result counts.

    Args:
        data: the data set's name.
        root: the folder of all results, see `store`.
    """
    measured = {}
    for result in reversed(load_results("grid", root)):  # oldest first: the newest stays
        if result["data"]["name"] == data:
            training = result["config"]["training"]
            measured[training["lr"], training["epochs"]] = fmean(
                run["valid"]["mae"] for run in result["runs"]
            )
    return measured


def recipe(data: str, root: Path | None = None) -> dict[str, Any]:
    """Return the `lr` and `epochs` of the grid's best cell for a data set.

    Empty for a data set without a grid, which leaves the defaults of `fit` in force.

    Args:
        data: the data set's name.
        root: the folder of all results, see `store`.
    """
    measured = cells(data, root)
    if not measured:
        return {}
    lr, epochs = min(measured, key=measured.get)
    return {"lr": lr, "epochs": epochs}
