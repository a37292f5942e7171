"""A grid of learning rates, each seed at each rate, as one program; it may grow till its best lies inside."""

from collections.abc import Mapping, Sequence
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

#: Where a grid grows: each rate about three times the one before.
LADDER = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)


def fit_growing(
    config: Any,
    dataset: MultimodalDataset,
    *,
    rates: Sequence[float],
    seeds: Sequence[int],
    recipe: Recipe,
    device: str = "cpu",
) -> list[dict[float, Run | None]]:
    """Train every seed at every rate, and at further ones of `LADDER` while its best lies at an end.

    Seeds that train together share what breaks: where one leaves the finite, all of them give the rate up.

    Args:
        config: this and the others are those of `fit_grid`.
        dataset: see there.
        rates: of each seed's first grid; a single one does not grow.
        seeds: see there.
        recipe: see there.
        device: see there.

    Returns:
        Of each seed, in their order, {rate: its run}, in rising order; None where training left the finite.

    Raises:
        ValueError, DataError, TrainingError: see `fit_grid`.

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
    how: dict[str, Any] = {"recipe": recipe, "device": device}
    grid = fit_grid(config, dataset, rates=rates, seeds=seeds, **how)
    found: list[dict[float, Run | None]] = [
        {rate: grid[rate][place] if rate in grid else None for rate in rates} for place in range(len(seeds))
    ]
    while asked := _asked(found):
        for rate, places in asked.items():
            runs = _or_none(config, dataset, rate, [seeds[place] for place in places], how)
            for place, run in zip(places, runs, strict=True):
                found[place][rate] = run
    return [dict(sorted(tried.items())) for tried in found]


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
    finite = {rate: value for rate, value in valid.items() if value is not None}
    best = min(finite, key=finite.__getitem__)
    if len(valid) > 1 and best == max(valid):
        return next((rate for rate in LADDER if rate > best), None)
    if len(valid) > 1 and best == min(valid):
        return next((rate for rate in reversed(LADDER) if rate < best), None)
    return None


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


def _asked(found: Sequence[Mapping[float, Run | None]]) -> dict[float, list[int]]:
    """{rate: the places of the seeds whose grid grows there}."""
    asked: dict[float, list[int]] = {}
    for place, tried in enumerate(found):
        rate = next_rate({rate: None if run is None else run.criterion for rate, run in tried.items()})
        if rate is not None:
            asked.setdefault(rate, []).append(place)
    return asked


def _or_none(
    config: Any, dataset: MultimodalDataset, rate: float, seeds: Sequence[int], how: Mapping[str, Any]
) -> Sequence[Run | None]:
    """The runs at a rate; None for all where one breaks, as in `fit_grid`."""
    try:
        return fit_grid(config, dataset, rates=(rate,), seeds=seeds, **how)[rate]
    except TrainingError:
        return [None] * len(seeds)


def _trained(trainings: Sequence[Training]) -> list[Run]:
    with one_thread():
        for _ in to_the_end(trainings, lambda _: None, alone=len(trainings) == 1):
            pass
        return [training.finish() for training in trainings]
