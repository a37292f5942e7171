"""What watched trainings share: the configuration that each seed is trained with, and what is kept."""

from dataclasses import dataclass

import numpy as np
import pytest

from euar.experiments.linear import baselines
from euar.experiments.watched import Watched, rounded
from euar.model import EUARConfig
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset


@dataclass(frozen=True, kw_only=True)
class Alpha(Watched):
    alpha: float
    seeds: tuple[int, ...] = (0, 2)
    recipe: Recipe = Recipe(epochs=2)  # noqa: RUF009  frozen, shared

    @property
    def name(self):
        return f"alpha {self.alpha}"

    def config(self, dataset):
        return EUARConfig(dataset.in_features, alpha=self.alpha)

    def look(self, training):
        return len(training.history), training.model.config.alpha

    def found(self, run, seen, data):
        return {"seen": seen, "rows": len(data["test"].target), "epoch": run.best_epoch}


@pytest.fixture(scope="module")
def asked(data_file):
    return Alpha(alpha=0.5, data=str(data_file))


@pytest.fixture(scope="module")
def measured(asked):
    return asked.measure("tiny")


def test_each_seed_is_watched_once_with_the_configuration(measured):
    validate(measured.record)
    runs, epochs = measured.record["runs"], [(0, 0.5), (1, 0.5), (2, 0.5)]
    assert [(run["seed"], run["seen"]) for run in runs] == [(0, epochs), (2, epochs)]
    assert all(run["rows"] == len(measured.predictions["test"].ids) for run in runs)
    assert all(run["epoch"] == run["best_epoch"] and run["lr"] == 1e-3 for run in runs)
    assert measured.record["config"]["request"]["seeds"] == [0, 2]
    assert measured.record["baselines"]["ridge"] == baselines(dataset(120))["ridge"]


def test_watching_changes_no_number(asked, measured):
    config, data = asked.config(dataset(120)), dataset(120)
    runs = fit(config, data, seeds=(0, 2), epochs=2, device="cpu")
    assert [run["test"] for run in measured.record["runs"]] == [run.metrics["test"] for run in runs]
    assert np.array_equal(measured.predictions["test"].values, [run.predictions["test"] for run in runs])


def test_of_several_rates_each_seed_keeps_what_was_seen_at_its_own(data_file):
    class Rates(Alpha):
        tried = (1e-3, 1e-2, 3e-3)

        def look(self, training):
            return training.recipe.lr

    for run in Rates(alpha=0.5, data=str(data_file)).measure("tiny").record["runs"]:
        assert set(run["valid_by_lr"]) >= {"0.001", "0.003", "0.01"}
        assert run["seen"] == [run["lr"]] * 3 and run["lr"] == float(
            min(run["valid_by_lr"], key=run["valid_by_lr"].get)
        )


def test_numbers_are_cut_to_significant_digits():
    assert rounded({"a": [123456.0, 0.00123456], "b": {"c": 1.0}}, 3) == {
        "a": [123000.0, 0.00123],
        "b": {"c": 1.0},
    }
