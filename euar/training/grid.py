"""A grid of learning rates, each seed at each rate, as one program; it may grow till its best lies inside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import torch

from euar.data.dataset import MultimodalDataset
from euar.training.batches import all_splits
from euar.training.device import one_thread
from euar.training.loop import Training, TrainingError
from euar.training.recipe import Recipe
from euar.training.runs import Run
from euar.training.seeding import check_seeds
from euar.training.together import to_the_end

#: Where a grid grows: each rate about three times the one before.
LADDER = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)


def fit_growing(
    config: Any,
    dataset: MultimodalDataset,
    *,
    rates: Sequence[float],
    seeds: Sequence[int],
    recipe: Recipe,
    watch: Callable[[Training], None] | None = None,
) -> list[dict[float, Run | None]]:
    """Train every seed at every rate, and at further ones of `LADDER` while its best lies at an end.

    Args:
        config: see `fit`.
        dataset: see `fit`.
        rates: of each seed's first grid, in the place of the recipe's; a single one does not grow.
        seeds: see `fit`.
        recipe: see `fit_pairs`.
        watch: see `fit_pairs`.

    Returns:
        Of each seed, in their order, {rate: its run}, in rising order; None where training left the finite.

    Raises:
        ValueError, DataError: see `fit`.
        TrainingError: a seed left the finite at every rate.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> data, recipe = simulate(n=(32, 16, 16)), Recipe(epochs=1)
        >>> config = EUARConfig(data.in_features)
        >>> (grid,) = fit_growing(config, data, rates=(1e-6, 3e-6), seeds=[0], recipe=recipe)
        >>> best = min(grid, key=lambda rate: grid[rate].criterion)
        >>> len(grid) > 2, best < max(grid)
        (True, True)
    """
    found: dict[int, dict[float, Run | None]] = {seed: {} for seed in check_seeds(seeds)}
    asked = list(product(dict.fromkeys(rates), found))
    while asked:
        runs = fit_pairs(config, dataset, asked, recipe=recipe, watch=watch)
        for (rate, seed), run in zip(asked, runs, strict=True):
            found[seed][rate] = run if isinstance(run, Run) else None
        for (_, seed), run in zip(asked, runs, strict=True):
            if isinstance(run, TrainingError) and not any(found[seed].values()):
                raise run
        further = {seed: next_rate(criteria(tried)) for seed, tried in found.items()}
        asked = [(rate, seed) for seed, rate in further.items() if rate is not None]
    return [dict(sorted(tried.items())) for tried in found.values()]


def fit_pairs(
    config: Any,
    dataset: MultimodalDataset,
    asked: Sequence[tuple[float, int]],
    *,
    recipe: Recipe,
    watch: Callable[[Training], None] | None = None,
) -> list[Run | TrainingError]:
    """Train pairs of a learning rate and a seed on the CPU as one program, each as `fit` does.

    A grid that reaches to where validation turns can break some systems: one that breaks touches no other.

    Args:
        config: see `fit`.
        dataset: see `fit`.
        asked: (rate, seed) of each.
        recipe: how to train; its rate gives way.
        watch: called with each training before its first epoch and after each; it must leave it as it is.

    Returns:
        The run of each pair; where training left the finite, why.

    Raises:
        ValueError, DataError: see `fit`.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> data = simulate(n=(32, 16, 16))
        >>> config, asked = EUARConfig(data.in_features), [(1e-3, 0), (1e-2, 0), (1e-2, 7)]
        >>> [run.seed for run in fit_pairs(config, data, asked, recipe=Recipe(epochs=1))]
        [0, 0, 7]
    """
    data, look = all_splits(dataset, torch.device("cpu")), watch or _away
    check_seeds(list(dict.fromkeys(seed for _, seed in asked)))
    recipes = {rate: replace(recipe, lr=rate) for rate, _ in asked}
    with one_thread():
        trainings = [Training(config, recipes[rate], seed, data) for rate, seed in asked]
        for training in trainings:
            look(training)
        for _ in to_the_end(trainings, look, alone=len(trainings) == 1):
            pass
        return [training.broken or training.finish() for training in trainings]


def next_rate(valid: Mapping[float, float | None]) -> float | None:
    """Return the rate of `LADDER` beyond the end of a grid where its best value lies.

    Args:
        valid: {rate: what selection minimised}; None where training left the finite.

    Returns:
        None where the best lies inside, at an end of the ladder, or the grid is a single rate.

    Example:
        >>> next_rate({1e-3: 1.0, 3e-3: 0.9}), next_rate({1e-3: 1.0, 3e-3: 0.9, 1e-2: None})
        (0.01, None)
    """
    best = best_rate(valid)
    if len(valid) > 1 and best == max(valid):
        return next((rate for rate in LADDER if rate > best), None)
    if len(valid) > 1 and best == min(valid):
        return next((rate for rate in reversed(LADDER) if rate < best), None)
    return None


def best_rate(valid: Mapping[float, float | None]) -> float:
    """Return the rate with the lowest value, of equals the lowest rate.

    Args:
        valid: see `next_rate`; one at least is finite.

    Example:
        >>> best_rate({1e-2: 0.9, 3e-3: 0.9, 1e-3: 1.0, 3e-2: None})
        0.003
    """
    return min((value, rate) for rate, value in valid.items() if value is not None)[1]


def criteria(tried: Mapping[float, Run | None]) -> dict[float, float | None]:
    """Return {rate: what selection minimised}, as `next_rate` takes it."""
    return {rate: None if run is None else run.criterion for rate, run in tried.items()}


def _away(_training: Training) -> None:
    """Look at nothing."""
