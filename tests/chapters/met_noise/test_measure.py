"""Rows that were corrupted stand in training beside the clean ones; the test is everybody's."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.measure import Knowing
from euar.chapters.met_noise.measure import MET, Met, measurements
from euar.data import features
from euar.training import Recipe
from tests.experiments.schema import validate
from tests.training.tiny import dataset

TWO = Recipe(epochs=2, batch_size=16)


@pytest.fixture
def met(data_file, monkeypatch):
    """Noise in half of the rows of `a`: its strength is added, and its seed, to what they have."""

    def corrupted(data, how):
        test = data.split == "test"
        hit = test & (np.cumsum(test) % 2 == 0)
        a = data.modalities["a"].copy()
        a[hit] += how.strength + 100 * how.seed
        return replace(data, modalities=dict(data.modalities) | {"a": a})

    monkeypatch.setattr(features, "corrupted", corrupted)
    how = {"recipe": TWO, "rates": (1e-2,), "seeds": (0,)}
    return Met(data=str(data_file), system="calibrated", met=("gaussian:10",), noises=("gaussian:5",), **how)


def test_training_and_validation_rows_stand_there_clean_and_under_the_noise(met):
    clean, found = dataset(120), met.dataset()
    rest = clean.subset(mask=clean.split != "test")
    assert len(found) == len(clean) + len(rest)
    n = len(clean)
    assert np.array_equal(found.ids[:n], clean.ids)
    assert np.array_equal(found.split[n:], rest.split)
    assert np.array_equal(found.target[n:], rest.target)
    moved = found.modalities["a"][n:] - rest.modalities["a"]
    assert np.unique(moved.round(3)).tolist() == [0, 110]  # other draws than those of the test
    np.testing.assert_array_equal(found.modalities["b"][n:], rest.modalities["b"])
    assert len(set(found.ids)) == len(found)


def test_a_test_split_differs_in_its_test_rows_alone(met):
    found = met.dataset()
    (noisy,) = met.tests(found).values()
    moved = (noisy.modalities["a"] - found.modalities["a"]).round(3).max(axis=1)
    assert set(moved[found.split == "test"]) == {0, 5}
    assert not moved[found.split != "test"].any()


def test_a_run_is_asked_about_the_noise_as_any_other_is(met):
    found = met.measure("tiny").record
    validate(found)
    (run,) = found["runs"]
    assert set(run["trials"]) == {"test", "gaussian:5"}
    assert set(run["trials"]["gaussian:5"]["auroc"]) == {"a"}
    assert found["data"]["n"]["train"] == 2 * np.sum(dataset(120).split == "train")


def test_every_system_meets_what_its_rivals_meet_and_is_tested_as_in_the_chapter():
    for data, noises in MET.items():
        rows = [one for one in measurements() if one.data == data]
        assert {one.met for one in rows} == {noises}
        assert len({one.name for one in rows}) == len(rows)
        usual = Knowing(data=data, noises=rows[0].noises)
        assert {(one.recipe, one.rates, one.seeds) for one in rows} == {
            (usual.recipe, usual.rates, usual.seeds)
        }
        assert set(noises) < set(rows[0].noises)
