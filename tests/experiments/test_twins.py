"""Double rows across splits: the same models, tested with and without them."""

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from euar.experiments import twins
from euar.experiments.linear import baselines
from euar.experiments.train import model_config
from euar.files import to_json
from euar.resources import resource
from euar.training import Recipe, fit, predict
from euar.training.scoring import scores
from tests.training.tiny import dataset

SCHEMA = json.loads(resource("euar/experiments/result.schema.json").read_text())
RECIPE = Recipe(epochs=2, batch_size=16)


@pytest.fixture(scope="module")
def data():
    plain = dataset(120, classes=3)
    return replace(plain, meta=dict(plain.meta) | {"in_another_split": np.arange(120) % 3 == 0})


@pytest.fixture(scope="module")
def request_(data, tmp_path_factory):
    path = data.to_hdf5(tmp_path_factory.mktemp("twins") / "tiny.h5")
    return twins.Twins(system="default", recipe=RECIPE, data=str(path), seeds=(0, 1))


@pytest.fixture(scope="module")
def result(request_):
    return request_.measure("twins")


def test_a_result_has_the_fields_of_all_results(request_, result):
    plain = {name: value for name, value in result.items() if name not in ("doubles", "baselines_without")}
    plain["runs"] = [{n: v for n, v in run.items() if n not in ("without", "on")} for run in result["runs"]]
    jsonschema.validate(json.loads(to_json(plain)), SCHEMA)
    assert request_.key() == result["key"]


def test_doubles_are_left_out_of_the_test_split_alone(data, result):
    test, double = data.split == "test", data.meta["in_another_split"]
    assert result["doubles"] == np.sum(test & double)
    runs = fit(model_config("default", data), data, seeds=(0, 1), epochs=2, batch_size=16, device="cpu")
    for record, run in zip(result["runs"], runs, strict=True):
        answers, truth, marked = predict(run.model, data), data.target[test], double[test]
        assert record["test"] == scores(answers, truth)
        assert record["without"]["accuracy"] == scores(answers[~marked], truth[~marked])["accuracy"]
        assert record["on"]["accuracy"] == scores(answers[marked], truth[marked])["accuracy"]


def test_the_linear_models_are_those_of_all_training_rows(data, result):
    kept = data.subset(mask=~(data.meta["in_another_split"] & (data.split == "test")))
    assert result["baselines_without"] == baselines(kept)
    assert result["baselines"] == baselines(data)


def test_the_requests_take_the_rates_of_the_comparison():
    asked = twins.requests()
    assert [one.system for one in asked] == ["default", "mlp-experts"]
    known = [json.loads(path.read_text()) for path in resource("results").glob("mvsa/*.json")]
    for one in asked:
        rates = [r["lr"] for r in known if r["config"]["request"]["modalities"] is None]
        assert one.recipe.lr in rates
