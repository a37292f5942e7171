"""A difference over seeds and rows is a result of its own: kept where labels are, read where they are not."""

from dataclasses import replace

import numpy as np
import pytest

from euar.experiments import store
from euar.experiments.paired import effect, minus, plain
from euar.experiments.row import Row
from euar.experiments.statistics import bootstrap_mean_interval
from euar.experiments.tables.compared import Effect
from euar.intervals import t_interval
from euar.training import Recipe
from tests.experiments.schema import validate
from tests.training.tiny import dataset

RECIPE = Recipe(epochs=2, batch_size=16)


@pytest.fixture(scope="module")
def rows(data_file):
    row = Row(data=str(data_file), recipe=RECIPE, rates=(1e-2,), seeds=(0, 1, 2))
    return row, replace(row, system="linear-head")


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "resource", lambda _name: tmp_path)
    return tmp_path


def test_a_difference_is_that_of_the_predictions_that_were_kept(rows, root):
    for one in (*rows, minus(*rows, "tiny")):
        store.save_result(one.measure("tiny"), root)
    ((_, record),) = store.newest("tiny", [minus(*rows, "tiny")])
    validate(record)
    data = dataset(120).subset(split="test")
    errors = []
    for _, result in store.newest("tiny", rows):
        said = store.load_predictions(result)["test"]
        assert np.array_equal(said.ids, data.ids)
        errors.append(np.abs(said.values - data.target))
    expected = bootstrap_mean_interval(errors[0] - errors[1])
    found = effect(record["effects"]["test"]["mae"])
    assert tuple(found.interval) == pytest.approx(tuple(expected.effect), rel=1e-5)
    assert (found.p, found.over) == (pytest.approx(expected.p, rel=1e-4), "seeds and rows")
    assert {"without a", "without b"} < set(record["effects"])
    assert record["config"]["name"] == "default minus linear-head"
    assert store.is_current(record)


def test_what_is_not_measured_yet_is_named_with_its_command(rows, root):
    store.save_result(rows[0].measure("tiny"), root)
    with pytest.raises(FileNotFoundError, match=r"result of linear-head .*--only 'linear-head'"):
        minus(*rows, "tiny").measure("tiny")


def test_another_recipe_of_one_side_asks_for_a_new_difference(rows):
    ours, theirs = rows
    other = replace(theirs, recipe=replace(RECIPE, epochs=3))
    assert minus(ours, theirs, "tiny").key() != minus(ours, other, "tiny").key()


def test_an_effect_comes_back_as_it_was():
    found = Effect(t_interval([0.1, 0.2]), 0.5, 0.3, "seeds", 0.05, 1.0)
    assert effect(plain(found)) == found
