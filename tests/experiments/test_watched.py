"""What watched trainings share: the result around the runs, its key, and finding the newest."""

from dataclasses import dataclass

import pytest

from euar.experiments.linear import baselines
from euar.experiments.store import save_result
from euar.experiments.watched import Watched, newest_by_fields
from euar.model import EUARConfig
from euar.training import Recipe
from tests.training.tiny import dataset


@dataclass(frozen=True, kw_only=True)
class Alpha(Watched):
    alpha: float
    seeds: tuple[int, ...] = (0, 2)
    recipe: Recipe = Recipe(epochs=1)  # noqa: RUF009  frozen, shared

    def config(self, dataset):
        return EUARConfig(dataset.in_features, alpha=self.alpha)

    def _watch(self, training):
        training.run_epoch()
        return {**training.finish().record(), "alpha": training.model.config.alpha}


@pytest.fixture(scope="module")
def asked(data_file):
    return Alpha(alpha=0.5, data=str(data_file))


@pytest.fixture(scope="module")
def result(asked):
    return asked.measure("tiny")


def test_each_seed_is_watched_once_with_the_configuration(result):
    assert [(run["seed"], run["alpha"]) for run in result["runs"]] == [(0, 0.5), (2, 0.5)]
    assert result["config"]["seeds"] == [0, 2]
    assert result["baselines"]["ridge"] == baselines(dataset(120))["ridge"]


def test_the_key_is_known_before_training_and_every_setting_counts(asked, result, data_file):
    assert asked.key() == result["key"]
    others = [{"alpha": 0.1}, {"seeds": (0,)}, {"recipe": Recipe(epochs=2)}]
    keys = {Alpha(**{"alpha": 0.5, "data": str(data_file), **change}).key() for change in others}
    assert len(keys | {asked.key()}) == 4


def test_the_newest_result_of_a_key_is_found_in_the_order_asked_for(result, tmp_path):
    save_result(result, tmp_path)
    save_result({**result, "key": "f" * 16, "started": "2999-01-01T00:00:00+00:00"}, tmp_path)
    found = newest_by_fields("tiny", ("alpha", "lam"), [(0.1, 1e-3), (0.5, 1e-3)], tmp_path)
    assert list(found) == [(0.5, 1e-3)]
    assert found[0.5, 1e-3]["key"] == "f" * 16
