import json

import numpy as np
import pytest

from euar.experiments.train import Train, configure
from euar.files import to_json
from euar.model import EUARConfig
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset


def test_a_result_says_what_fit_says(result):
    data = dataset(120)
    runs = fit(EUARConfig(in_features={"a": 3, "b": 2}), data, seeds=(0, 1), epochs=2, device="cpu")
    for record, run in zip(result["runs"], runs, strict=True):
        assert {**record, "seconds": None} == {**run.record(), "seconds": None}
    assert result["data"]["sha256"] == data.sha256
    assert result["data"]["n"] == {"train": 60, "valid": 30, "test": 30}
    assert result["data"]["features"] == {"a": 3, "b": 2}


def test_predictions_are_kept_by_id(measured):
    data = dataset(120)
    runs = fit(EUARConfig(in_features={"a": 3, "b": 2}), data, seeds=(0, 1), epochs=2, device="cpu")
    ids, values = measured.predictions["test"]
    assert list(ids) == [one for one, split in zip(data.ids, data.split, strict=True) if split == "test"]
    assert np.array_equal(values, [run.predictions["test"] for run in runs])


def test_the_configuration_can_be_built_again(result):
    model = dict(result["config"]["model"])
    assert model.pop("type") == "euar.model.EUARConfig"
    assert EUARConfig.from_dict(json.loads(to_json(model))) == EUARConfig(in_features={"a": 3, "b": 2})


def test_baselines_stand_beside(result):
    data = dataset(120)
    train_y, test_y = (data.target[data.split == split].astype(float) for split in ("train", "test"))
    assert result["baselines"]["constant"]["mae"] == pytest.approx(np.abs(test_y - train_y.mean()).mean())
    assert np.isnan(result["baselines"]["constant"]["corr"])
    assert result["baselines"]["ridge"]["mae"] < 0.5 * result["baselines"]["constant"]["mae"]


@pytest.mark.parametrize("system", ["default", "paper", "released"])
def test_classes(system, tmp_path):
    path = dataset(120, classes=3).to_hdf5(tmp_path / "classes.h5")
    asked = Train(data=str(path), system=system, recipe=Recipe(epochs=1), device="cpu")
    result, predictions = asked.measure("train")
    validate(result)
    assert set(result["baselines"]) == {"majority", "logistic"}
    assert set(result["runs"][0]["test"]) == {"accuracy", "f1_weighted", "f1_macro"}
    assert predictions["test"].values.shape == (1, 30, 3)


def test_a_task_that_was_not_given_leaves_no_trace_in_the_key(asked, result):
    assert "task" not in asked.request()
    assert "task" not in result["config"]["request"]
    assert Train(data="embedded", task="regression").request()["task"] == "regression"


def test_ratings_on_another_scale_stand_beside_baselines_of_the_same_metrics(tmp_path):
    data = dataset(120, target=dataset(120).target * np.float32(20))
    path = data.to_hdf5(tmp_path / "hundred.h5")
    result, predictions = Train(data=str(path), recipe=Recipe(epochs=2), device="cpu").measure("train")
    validate(result)
    names = ["mae", "rmse", "corr", "r2"]
    for found in (result["runs"][0]["test"], *result["baselines"].values()):
        assert list(found) == names
    truth = data.target[data.split == "test"]
    assert result["runs"][0]["test"]["mae"] == pytest.approx(
        np.abs(predictions["test"].values - truth).mean()
    )


def test_presets_are_those_of_the_model():
    widths = {"a": 3, "b": 2}
    assert configure("paper", dataset()) == EUARConfig.paper(widths)
    assert configure("released", dataset()) == EUARConfig.released(widths)


def test_an_unknown_system_lists_the_known():
    with pytest.raises(ValueError, match=r"default, paper, released.*found 'best'"):
        Train(data="embedded", system="best")
