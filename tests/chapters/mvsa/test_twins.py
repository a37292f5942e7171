"""Double rows across splits: the same models, tested with and without them."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.mvsa import measure as mvsa
from euar.chapters.mvsa import twins
from euar.experiments.linear import baselines
from euar.experiments.train import configure
from euar.training import Recipe, fit, predict
from euar.training.scoring import scores
from tests.experiments.schema import validate
from tests.training.tiny import dataset

RECIPE = Recipe(epochs=2, batch_size=16)


@pytest.fixture(scope="module")
def data():
    plain = dataset(120, classes=3)
    return replace(plain, meta=dict(plain.meta) | {"in_another_split": np.arange(120) % 3 == 0})


@pytest.fixture(scope="module")
def asked(data, tmp_path_factory):
    path = data.to_hdf5(tmp_path_factory.mktemp("twins") / "tiny.h5")
    return twins.Twins(system="default", recipe=RECIPE, data=str(path), rates=(1e-3,), seeds=(0, 1))


@pytest.fixture(scope="module")
def result(asked):
    return asked.measure("mvsa").record


def test_a_result_is_that_of_a_row_and_two_fields_more(asked, result):
    validate(result)
    assert asked.key() == result["key"]


def test_doubles_are_left_out_of_the_test_split_alone(data, result):
    test, double = data.split == "test", data.meta["in_another_split"]
    assert result["doubles"] == np.sum(test & double)
    runs = fit(configure("default", data), data, seeds=(0, 1), epochs=2, batch_size=16, device="cpu")
    for record, run in zip(result["runs"], runs, strict=True):
        answers, truth, marked = predict(run.model, data), data.target[test], double[test]
        assert record["test"] == scores(answers, truth)
        for name, rows in (("without doubles", ~marked), ("doubles", marked)):
            expected = scores(answers[rows], truth[rows])["accuracy"]
            assert record["others"][name]["accuracy"] == expected


def test_the_linear_models_are_those_of_all_training_rows(data, result):
    kept = data.subset(mask=~(data.meta["in_another_split"] & (data.split == "test")))
    assert result["baselines_without"] == baselines(kept)
    assert result["baselines"] == baselines(data)


def test_two_systems_of_the_comparison_are_asked_for():
    assert [one.system for one in mvsa.twins()] == ["default", "mlp-experts"]
    comparison = {(row.system, row.rates, row.recipe) for row in mvsa.rows()}
    assert {(one.system, one.rates, one.recipe) for one in mvsa.twins()} <= comparison
