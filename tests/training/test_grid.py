"""A grid gives what `fit` gives at each rate, and refuses what `fit` refuses."""

import numpy as np
import pytest
import torch

from euar.data import DataError
from euar.model import EUARConfig
from euar.training import Recipe, Run, TrainingError, fit
from euar.training import grid as grid_module
from euar.training.grid import LADDER, best_rate, criteria, fit_growing, fit_pairs, next_rate
from euar.training.loop import Training
from tests.training.tiny import TinyConfig, dataset


@pytest.fixture
def config():
    """Of a model that stacks."""
    return EUARConfig(dataset().in_features, dim=8, num_experts=3)


def test_each_pair_is_what_fit_trains():
    asked = [(0.5, 3), (0.1, 1), (0.5, 1)]
    found = fit_pairs(TinyConfig(), dataset(), asked, recipe=Recipe(epochs=2))
    for (rate, seed), run in zip(asked, found, strict=True):
        (alone,) = fit(TinyConfig(), dataset(), seeds=[seed], lr=rate, epochs=2, device="cpu")
        assert run.seed == seed and run.metrics == alone.metrics


def breaks(monkeypatch, *pairs):
    """Some pairs of a rate and a seed leave the finite in their second epoch."""
    real = Training.end

    def end(self, epoch, steps):
        if (self.recipe.lr, self.seed) in pairs and epoch.number == 2:
            steps[0]["total"] = torch.tensor(float("nan"))
        real(self, epoch, steps)

    monkeypatch.setattr(Training, "end", end)


def test_a_training_that_breaks_touches_no_other(monkeypatch, config):
    asked, how = [(0.01, 0), (0.03, 0), (0.01, 1), (0.03, 1)], {"recipe": Recipe(epochs=3)}
    plain = fit_pairs(config, dataset(), asked, **how)
    breaks(monkeypatch, (0.03, 0))
    found = fit_pairs(config, dataset(), asked, **how)
    assert "seed 0, epoch 2, step 1 of 4: total" in str(found.pop(1)) and plain.pop(1)
    for run, expected in zip(found, plain, strict=True):
        assert len(run.history) == 3
        assert run.criterion == pytest.approx(expected.criterion, rel=1e-5)


def test_every_training_is_seen_before_and_after_each_epoch(config):
    asked, seen = [(0.01, 0), (0.03, 5)], []
    fit_pairs(
        config,
        dataset(),
        asked,
        recipe=Recipe(epochs=2),
        watch=lambda training: seen.append((training.recipe.lr, training.seed, len(training.history))),
    )
    assert sorted(seen) == [(rate, seed, epoch) for rate, seed in asked for epoch in range(3)]


def test_a_rate_at_which_a_training_breaks_is_given_up_by_that_seed_alone(monkeypatch):
    breaks(monkeypatch, (0.5, 1))
    how = {"seeds": (0, 1), "recipe": Recipe(epochs=2)}
    grids = fit_growing(TinyConfig(), dataset(), rates=(0.01, 0.5, 0.01), **how)
    assert grids[0][0.5] is not None and grids[1][0.5] is None


def test_a_seed_that_breaks_at_every_rate_is_named(monkeypatch):
    breaks(monkeypatch, (0.1, 1), (0.5, 1))
    with pytest.raises(TrainingError, match="seed 1, epoch 2"):
        fit_growing(TinyConfig(), dataset(), rates=(0.1, 0.5), seeds=(0, 1), recipe=Recipe(epochs=2))


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
    breaks(monkeypatch, (3e-2, 0))
    (grid,) = fit_growing(TinyConfig(), dataset(), rates=(3e-3, 1e-2), seeds=(0,), recipe=Recipe(epochs=2))
    assert list(grid) == [3e-3, 1e-2, 3e-2] and grid[3e-2] is None
    assert best_rate(criteria(grid)) == 1e-2


def test_only_the_seeds_that_ask_try_further_rates(monkeypatch):
    best, trained = {0: 1e-3, 5: 1e-1, 7: 3e-6}, []

    def found(_config, _dataset, asked, **_how):
        trained.extend(asked)
        return [run(criterion=abs(np.log(rate / best[seed]))) for rate, seed in asked]

    monkeypatch.setattr(grid_module, "fit_pairs", found)
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


def test_of_equals_the_lowest_rate_is_best():
    assert best_rate({3e-3: 1.0, 1e-3: 1.0, 1e-2: None}) == 1e-3
    assert next_rate({3e-3: 1.0, 1e-3: 1.0}) == 3e-4


def test_one_class_among_the_training_rows_is_refused():
    data = dataset(classes=2)
    one = dataset(classes=2, target=np.where(data.split == "train", 1, data.target))
    with pytest.raises(DataError, match="at least 2 classes among the training rows"):
        fit_pairs(TinyConfig(outputs=2), one, [(0.1, 0)], recipe=Recipe(epochs=1))


def run(criterion):
    """A run of one epoch whose criterion is given."""
    return Run(0, None, 1, [{"valid_criterion": criterion}], {}, {}, 0.0)
