"""A grid of learning rates, each seed at each rate, as one program."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from euar.data.dataset import MultimodalDataset
from euar.training.batches import all_splits
from euar.training.device import one_thread, resolve
from euar.training.loop import Training, TrainingError
from euar.training.recipe import Recipe
from euar.training.runs import Run
from euar.training.seeding import check_seeds
from euar.training.together import to_the_end


def fit_grid(
    config: Any,
    dataset: MultimodalDataset,
    *,
    rates: Sequence[float],
    seeds: Sequence[int],
    recipe: Recipe,
    device: str = "cpu",
) -> dict[float, list[Run]]:
    """Train every seed at every rate, as `fit` does; nothing is written.

    A grid that reaches to where validation turns can break some systems. Where a training leaves the finite,
    all begin again without the highest rate.

    Args:
        config: see `fit`.
        dataset: see `fit`.
        rates: learning rates, in the place of the recipe's.
        seeds: see `fit`.
        recipe: how to train.
        device: see `fit`.

    Returns:
        {rate: its runs in the order of the seeds}, without the rates that were given up.

    Raises:
        ValueError, DataError: see `fit`.
        TrainingError: a training breaks at the lowest rate, too.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> data, recipe = simulate(n=(32, 16, 16)), Recipe(epochs=1)
        >>> config = EUARConfig(data.in_features)
        >>> runs = fit_grid(config, data, rates=(1e-3, 1e-2), seeds=(0, 1), recipe=recipe)
        >>> {rate: [run.seed for run in found] for rate, found in runs.items()}
        {0.001: [0, 1], 0.01: [0, 1]}
    """
    data, seeds = all_splits(dataset, resolve(device)), check_seeds(seeds)
    while True:
        recipes = [replace(recipe, lr=rate) for rate in rates]
        trainings = [Training(config, each, seed, data) for each in recipes for seed in seeds]
        try:
            runs = _trained(trainings)
        except TrainingError:
            if len(rates) == 1:
                raise
            rates = [rate for rate in rates if rate < max(rates)]
        else:
            return {rate: runs[i * len(seeds) : (i + 1) * len(seeds)] for i, rate in enumerate(rates)}


def _trained(trainings: Sequence[Training]) -> list[Run]:
    with one_thread():
        for _ in to_the_end(trainings, lambda _: None, alone=len(trainings) == 1):
            pass
        return [training.finish() for training in trainings]
