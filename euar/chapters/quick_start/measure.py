"""The embedded data set: a grid of recipes, and EUAR's three presets with the best of them."""

from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

from euar.experiments.store import newest
from euar.experiments.train import Train
from euar.training import Recipe

PRESETS = ("default", "paper", "released")
LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
EPOCHS = (1, 3, 10)


def grid() -> list[Train]:
    """Return a run of the default preset for every learning rate and number of epochs, two seeds each."""
    recipes = (Recipe(lr=lr, epochs=epochs) for epochs, lr in product(EPOCHS, LEARNING_RATES))
    return [Train(data="embedded", seeds=(0, 1), recipe=recipe) for recipe in recipes]


def presets() -> list[Train]:
    """Return ten seeds of each preset, all with the recipe that the grid chose for the default preset."""
    chosen = Recipe(**recipe("embedded"))
    return [Train(data="embedded", system=name, seeds=tuple(range(10)), recipe=chosen) for name in PRESETS]


def measurements() -> list[Train]:
    """Return the grid, and the presets with its best recipe; before the grid stands, with the defaults."""
    return [*grid(), *presets()]


def cells(root: Path | None = None) -> dict[tuple[float, int], float]:
    """Return {(lr, epochs): mean validation MAE over seeds} of the grid; empty where it was not measured.

    Args:
        root: the folder of all results, see `store`.
    """
    return {
        (asked.recipe.lr, asked.recipe.epochs): fmean(run["valid"]["mae"] for run in result["runs"])
        for asked, result in newest("quick_start", grid(), root)
    }


def recipe(data: str, root: Path | None = None) -> dict[str, Any]:
    """Return the `lr` and `epochs` of the grid's best cell for the embedded set, judged on validation alone.

    Empty for another data set and without a grid, which leaves the defaults of `fit` in force.

    Args:
        data: the data set's name.
        root: the folder of all results, see `store`.
    """
    measured = cells(root) if data == "embedded" else {}
    if not measured:
        return {}
    lr, epochs = min(measured, key=measured.__getitem__)
    return {"lr": lr, "epochs": epochs}
