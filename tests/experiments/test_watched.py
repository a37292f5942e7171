"""What watched trainings share: the configuration that each seed is trained with, and what is kept."""

from dataclasses import dataclass

import numpy as np
import pytest

from euar.experiments.linear import baselines
from euar.experiments.watched import Watch, Watched, rounded, to_the_end
from euar.model import EUARConfig
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset


@dataclass(frozen=True, kw_only=True)
class Alpha(Watched):
    alpha: float
    seeds: tuple[int, ...] = (0, 2)
    recipe: Recipe = Recipe(epochs=1)  # noqa: RUF009  frozen, shared

    @property
    def name(self):
        return f"alpha {self.alpha}"

    def config(self, dataset):
        return EUARConfig(dataset.in_features, alpha=self.alpha)

    def watch(self, training):
        run = to_the_end(training).finish()
        return Watch(run, {"alpha": training.model.config.alpha})


@pytest.fixture(scope="module")
def asked(data_file):
    return Alpha(alpha=0.5, data=str(data_file))


@pytest.fixture(scope="module")
def measured(asked):
    return asked.measure("tiny")


def test_each_seed_is_watched_once_with_the_configuration(measured):
    validate(measured.record)
    assert [(run["seed"], run["alpha"]) for run in measured.record["runs"]] == [(0, 0.5), (2, 0.5)]
    assert measured.record["config"]["request"]["seeds"] == [0, 2]
    assert measured.record["baselines"]["ridge"] == baselines(dataset(120))["ridge"]


def test_watching_changes_no_number(asked, measured):
    config, data = asked.config(dataset(120)), dataset(120)
    runs = [fit(config, data, seeds=(seed,), epochs=1, device="cpu")[0] for seed in (0, 2)]
    assert [run["test"] for run in measured.record["runs"]] == [run.metrics["test"] for run in runs]
    assert np.array_equal(measured.predictions["test"].values, [run.predictions["test"] for run in runs])


def test_numbers_are_cut_to_significant_digits():
    assert rounded({"a": [123456.0, 0.00123456], "b": {"c": 1.0}}, 3) == {
        "a": [123000.0, 0.00123],
        "b": {"c": 1.0},
    }
