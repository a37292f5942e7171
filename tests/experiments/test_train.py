import json

import jsonschema
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from euar.experiments.train import PRESETS, Request, model_config, result_key, train
from euar.files import to_json
from euar.model import EUARConfig
from euar.resources import resource
from euar.training import Recipe, fit
from euar.training.provenance import code_sha256, key
from tests.training.tiny import dataset

SCHEMA = json.loads(resource("euar/experiments/result.schema.json").read_text())


def validate(result):
    Draft202012Validator.check_schema(SCHEMA)
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(SCHEMA, format_checker=checker).validate(json.loads(to_json(result)))


def test_a_result_has_the_schema(result):
    validate(result)


@pytest.mark.parametrize("name", ["key", "config", "baselines", "runs"])
def test_the_schema_notices_what_is_missing(result, name):
    with pytest.raises(jsonschema.ValidationError, match=f"'{name}' is a required property"):
        validate({part: value for part, value in result.items() if part != name})


def test_the_schema_notices_what_is_new(result):
    with pytest.raises(jsonschema.ValidationError, match="'note' was unexpected"):
        validate({**result, "note": "hello"})


def test_a_result_says_what_fit_says(result):
    data = dataset(120)
    runs = fit(EUARConfig(in_features={"a": 3, "b": 2}), data, seeds=(0, 1), epochs=2, device="cpu")
    for record, run in zip(result["runs"], runs, strict=True):
        assert {**record, "seconds": None} == {**run.record(), "seconds": None}
    assert result["data"]["sha256"] == data.sha256
    assert result["data"]["n"] == {"train": 60, "valid": 30, "test": 30}
    assert result["data"]["features"] == {"a": 3, "b": 2}


def test_the_configuration_can_be_built_again(result):
    model = dict(result["config"]["model"])
    assert model.pop("type") == "euar.model.EUARConfig"
    assert EUARConfig.from_dict(json.loads(to_json(model))) == EUARConfig(in_features={"a": 3, "b": 2})


def test_the_key_is_the_hash_of_config_data_and_code(result, data_file):
    code = code_sha256("euar.model.EUARConfig")
    assert result["code"]["sha256"] == code
    assert result["key"] == key(result["config"], result["data"]["sha256"], code)
    same = Request(data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=2), device="cpu")
    assert result_key(same) == result["key"]
    assert result_key(Request(data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=3))) != result["key"]


def test_baselines_stand_beside(result):
    data = dataset(120)
    train_y, test_y = (data.target[data.split == split].astype(float) for split in ("train", "test"))
    assert result["baselines"]["constant"]["mae"] == pytest.approx(np.abs(test_y - train_y.mean()).mean())
    assert np.isnan(result["baselines"]["constant"]["corr"])
    assert result["baselines"]["ridge"]["mae"] < 0.5 * result["baselines"]["constant"]["mae"]


@pytest.mark.parametrize("preset", PRESETS)
def test_classes(preset, tmp_path):
    path = dataset(120, classes=3).to_hdf5(tmp_path / "classes.h5")
    request = Request(data=str(path), preset=preset, recipe=Recipe(epochs=1), device="cpu")
    result = train(request, progress=False)
    validate(result)
    assert set(result["baselines"]) == {"majority", "logistic"}
    assert set(result["runs"][0]["test"]) == {"accuracy", "f1_weighted", "f1_macro"}


def test_presets_are_those_of_the_model():
    widths = {"a": 3, "b": 2}
    assert model_config("paper", dataset()) == EUARConfig.paper(widths)
    assert model_config("released", dataset()) == EUARConfig.released(widths)


def test_an_unknown_preset_lists_the_known():
    with pytest.raises(
        ValueError,
        match="expected one of default, paper, released, mlp-experts, concat, late-fusion, found 'best'",
    ):
        Request(data="embedded", preset="best")
