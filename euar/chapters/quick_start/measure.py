"""The embedded data set: a grid of recipes, and EUAR's three presets with the best of them."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from euar.experiments.store import newest
from euar.experiments.train import Train
from euar.training import Recipe

PRESETS = ("default", "paper", "released")
LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
EPOCHS = (1, 3, 10, 30)
SEEDS = tuple(range(10))


def grid() -> list[Train]:
    """Return ten seeds of the default preset for every learning rate and number of epochs."""
    recipes = (Recipe(lr=lr, epochs=epochs) for epochs, lr in product(EPOCHS, LEARNING_RATES))
    return [Train(data="embedded", seeds=SEEDS, recipe=recipe) for recipe in recipes]


def presets() -> list[Train]:
    """Return ten seeds of each preset, all with the recipe that the grid chose for the default preset."""
    chosen = Recipe(**recipe("embedded"))
    return [Train(data="embedded", system=name, seeds=SEEDS, recipe=chosen) for name in PRESETS]


def measurements() -> list[Train]:
    """Return the grid, and the presets with its best recipe; before the grid stands, with the defaults."""
    return [*grid(), *presets()]


def cells(root: Path | None = None) -> dict[tuple[float, int], list[float]]:
    """Return {(lr, epochs): validation MAE of each seed} of the grid; empty where it was not measured.

    Args:
        root: the folder of all results, see `store`.
    """
    return {
        (asked.recipe.lr, asked.recipe.epochs): [run["valid"]["mae"] for run in result["runs"]]
        for asked, result in newest("quick_start", grid(), root)
    }


def chosen(measured: Mapping[tuple[float, int], Sequence[float]]) -> tuple[float, int]:
    """Return the learning rate and the epochs that a grid recommends, by the one-standard-error rule.

    The rule is that of Breiman et al. (Classification and Regression Trees, 1984): of all cells whose mean
    error is at most one standard error above the lowest, the cheapest. Cheap are few epochs; of as many, the
    lowest mean counts.

    Args:
        measured: {(lr, epochs): error of each seed}, two seeds or more, as `cells` returns it.

    Example:
        >>> chosen({(1e-3, 3): [0.50, 0.52], (1e-2, 3): [0.60, 0.62], (1e-2, 30): [0.49, 0.52]})
        (0.001, 3)
    """
    mean = {cell: fmean(errors) for cell, errors in measured.items()}
    best = min(mean, key=mean.__getitem__)
    limit = mean[best] + stdev(measured[best]) / sqrt(len(measured[best]))
    return min((cell for cell in mean if mean[cell] <= limit), key=lambda cell: (cell[1], mean[cell]))


def recipe(data: str, root: Path | None = None) -> dict[str, Any]:
    """Return the `lr` and `epochs` that the grid chose for the embedded set, judged on validation alone.

    Empty for another data set and without a grid, which leaves the defaults of `fit` in force.

    Args:
        data: the data set's name.
        root: the folder of all results, see `store`.
    """
    measured = cells(root) if data == "embedded" else {}
    if not measured:
        return {}
    lr, epochs = chosen(measured)
    return {"lr": lr, "epochs": epochs}
