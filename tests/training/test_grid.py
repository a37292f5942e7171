"""A grid gives what `fit` gives at each rate, and refuses what `fit` refuses."""

from types import SimpleNamespace

import numpy as np
import pytest

from euar.data import DataError
from euar.training import Recipe, TrainingError, fit
from euar.training import grid as grid_module
from euar.training.grid import LADDER, fit_grid, fit_growing, next_rate
from tests.training.tiny import TinyConfig, dataset


def test_each_rate_has_the_runs_of_fit_in_the_order_of_the_seeds():
    found = fit_grid(TinyConfig(), dataset(), rates=(0.5, 0.1), seeds=(3, 1), recipe=Recipe(epochs=2))
    assert list(found) == [0.5, 0.1]
    for rate, runs in found.items():
        expected = fit(TinyConfig(), dataset(), seeds=(3, 1), lr=rate, epochs=2, device="cpu")
        assert [run.seed for run in runs] == [3, 1]
        assert [run.metrics for run in runs] == [run.metrics for run in expected]


def test_rates_at_which_a_training_breaks_are_given_up():
    rates, how = (1e30, 0.1, 1e25, 0.5), {"seeds": (0, 1), "recipe": Recipe(epochs=1)}
    found = fit_grid(TinyConfig(), dataset(), rates=rates, **how)
    assert list(found) == [0.1, 0.5]
    plain = fit_grid(TinyConfig(), dataset(), rates=(0.1, 0.5), **how)
    assert [run.metrics for run in found[0.5]] == [run.metrics for run in plain[0.5]]
    with pytest.raises(TrainingError):
        fit_grid(TinyConfig(), dataset(), rates=(1e30,), **how)


def test_a_grid_grows_where_the_best_lies_at_its_end():
    how = {"seeds": (0, 1), "recipe": Recipe(epochs=1)}
    grids = fit_growing(TinyConfig(), dataset(), rates=(1e-4, 3e-4), **how)
    for seed, grid in zip((0, 1), grids, strict=True):
        rates = list(grid)
        assert rates == sorted(rates) and set(rates) <= set(LADDER)
        best = min(grid, key=lambda rate: grid[rate].criterion)
        assert best not in (rates[0], rates[-1]) or best in (LADDER[0], LADDER[-1])
        for rate, run in grid.items():
            (alone,) = fit(TinyConfig(), dataset(), seeds=[seed], lr=rate, epochs=1, device="cpu")
            assert run.seed == seed and run.metrics == alone.metrics


def test_a_rate_that_breaks_ends_the_growth():
    (grid,) = fit_growing(TinyConfig(), dataset(), rates=(0.1, 1e30), seeds=(0,), recipe=Recipe(epochs=1))
    assert grid[1e30] is None and grid[0.1] is not None


def test_a_rate_that_breaks_while_the_grid_grows_is_given_up(monkeypatch):
    real = grid_module.fit_grid

    def fragile(*args, rates, **how):
        if max(rates) > 0.02:
            raise TrainingError("it broke")
        return real(*args, rates=rates, **how)

    monkeypatch.setattr(grid_module, "fit_grid", fragile)
    (grid,) = fit_growing(TinyConfig(), dataset(), rates=(3e-3, 1e-2), seeds=(0,), recipe=Recipe(epochs=1))
    assert list(grid) == [3e-3, 1e-2, 3e-2] and grid[3e-2] is None
    assert min(grid[3e-3].criterion, grid[1e-2].criterion) == grid[1e-2].criterion


def test_only_the_seeds_that_ask_try_further_rates(monkeypatch):
    best, trained = {0: 1e-3, 5: 1e-1, 7: 3e-6}, []

    def found(_config, _dataset, *, rates, seeds, **_how):
        trained.extend((rate, seed) for rate in rates for seed in seeds)
        far = {rate: [abs(np.log(rate / best[seed])) for seed in seeds] for rate in rates}
        return {rate: [SimpleNamespace(criterion=value) for value in values] for rate, values in far.items()}

    monkeypatch.setattr(grid_module, "fit_grid", found)
    first = (3e-4, 1e-3, 3e-3)
    grids = fit_growing(None, None, rates=first, seeds=tuple(best), recipe=Recipe())
    ladder = [rate for rate in LADDER if 1e-6 <= rate <= 3e-3]
    assert [list(grid) for grid in grids] == [list(first), [*first, 1e-2, 3e-2, 1e-1, 3e-1], ladder]
    assert len(trained) == len(set(trained)) == sum(map(len, grids))


@pytest.mark.parametrize(
    ("valid", "expected"),
    [
        ({1e-3: 1.0, 3e-3: 0.5}, 1e-2),
        ({1e-3: 0.5, 3e-3: 1.0}, 3e-4),
        ({1e-3: 1.0, 3e-3: 0.5, 1e-2: 0.7}, None),
        ({1e-3: 1.0, 3e-3: 0.5, 1e-2: None}, None),
        ({1e-3: 0.5}, None),
        ({0.3: 1.0, LADDER[-1]: 0.5}, None),
        ({LADDER[0]: 0.5, 1e-3: 1.0}, None),
        ({0.002: 1.0, 0.004: 0.5}, 1e-2),
    ],
)
def test_the_next_rate_lies_beyond_the_end_that_is_best(valid, expected):
    assert next_rate(valid) == expected


def test_one_class_among_the_training_rows_is_refused():
    data = dataset(classes=2)
    one = dataset(classes=2, target=np.where(data.split == "train", 1, data.target))
    with pytest.raises(DataError, match="at least 2 classes among the training rows"):
        fit_grid(TinyConfig(outputs=2), one, rates=(0.1,), seeds=(0,), recipe=Recipe(epochs=1))
