"""A sweep that fits into a lesson: one option of the default model at a few values, few epochs, few seeds."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.quick_start.measure import recipe
from euar.chapters.uncertainty_loss.measure import state
from euar.data.dataset import MultimodalDataset
from euar.model import EUAR, EUARConfig
from euar.plots.curves import over_values
from euar.tables import Table
from euar.training import fit

QUICK = {"epochs": 3, "select": "last", "progress": False}
#: {what a sweep looks at: its name for readers}; the first three are means over experts, rows and views.
LOOK = {"kept": "weight kept", "variance": "variance", "preference": "preference", "mae": "test MAE"}

Sweep = dict[str, NDArray]


def sweep(option: str, values: Sequence[Any], dataset: MultimodalDataset, seeds: Sequence[int]) -> Sweep:
    """Train the default model once for each value and seed, and look at it on the test rows.

    Args:
        option: a field of `EUARConfig`.
        values: of it.
        dataset: with a test split.
        seeds: of initial weights, order and noise.

    Returns:
        {a key of `LOOK`: (seeds, values)}.
    """
    test = dataset.standardize().subset(split="test")
    inputs = {view: torch.as_tensor(rows).float() for view, rows in test.modalities.items()}
    found: dict[str, list[list[float]]] = {name: [] for name in LOOK}
    for value in values:
        config = EUARConfig(dataset.in_features, **{option: value})
        runs = fit(config, dataset, seeds=seeds, **(recipe("embedded") | QUICK))
        states = [_look(cast(EUAR, run.model.cpu()), inputs) for run in runs]
        for name in states[0]:
            found[name].append([seen[name] for seen in states])
        found["mae"].append([run.metrics["test"]["mae"] for run in runs])
    return {name: np.transpose(columns) for name, columns in found.items()}


def table(option: str, values: Sequence[Any], swept: Sweep) -> Table:
    """Return a row for each value, with means over seeds."""
    rows = [
        [str(value), *(f"{swept[name][:, place].mean():.3f}" for name in LOOK)]
        for place, value in enumerate(values)
    ]
    return Table([option, *LOOK.values()], *rows)


def draw(option: str, values: Sequence[Any], swept: Sweep) -> Figure:
    """Draw a panel for each quantity over the values, which stand side by side at equal distances."""
    panels = {title: {"": swept[name]} for name, title in LOOK.items()}
    return over_values(panels, values, option)


def _look(model: EUAR, inputs: dict[str, torch.Tensor]) -> dict[str, float]:
    with torch.no_grad():
        views = [state(out) for out in model.eval()(inputs).moe.values()]
    return {name: float(np.mean([view[name] for view in views])) for name in LOOK if name != "mae"}
