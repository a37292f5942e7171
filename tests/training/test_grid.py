"""A grid gives what `fit` gives at each rate, and refuses what `fit` refuses."""

import numpy as np
import pytest

from euar.data import DataError
from euar.training import Recipe, TrainingError, fit
from euar.training.grid import fit_grid
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


def test_one_class_among_the_training_rows_is_refused():
    data = dataset(classes=2)
    one = dataset(classes=2, target=np.where(data.split == "train", 1, data.target))
    with pytest.raises(DataError, match="at least 2 classes among the training rows"):
        fit_grid(TinyConfig(outputs=2), one, rates=(0.1,), seeds=(0,), recipe=Recipe(epochs=1))
