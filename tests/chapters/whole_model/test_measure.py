"""The experiment on the parts of the model: what it asks for and what it writes down."""

import json

import jsonschema
import pytest

from euar.chapters.whole_model import measure as experiment
from euar.experiments import grid, store
from euar.files import to_json
from euar.model import EUARConfig
from euar.resources import resource
from euar.training import Recipe, fit
from tests.training.tiny import dataset

SCHEMA = json.loads(resource("euar/experiments/result.schema.json").read_text())


def change(setting, data_file):
    return experiment.Change(
        setting=setting, data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=1, batch_size=32)
    )


@pytest.mark.parametrize("setting", experiment.SETTINGS)
def test_every_setting_is_measured_as_the_schema_says(setting, data_file):
    asked = change(setting, data_file)
    result = asked.measure("whole-model")
    jsonschema.validate(json.loads(to_json(result)), SCHEMA)
    assert result["key"] == asked.key()
    assert result["config"]["preset"] == setting
    assert [run["seed"] for run in result["runs"]] == [0, 1]


def test_the_default_agrees_with_fit(data_file):
    result = change("default", data_file).measure("whole-model")
    config = experiment.SETTINGS["default"]({"a": 3, "b": 2})
    runs = fit(
        config, dataset(120), seeds=(0, 1), epochs=1, batch_size=32, lr=1e-3, device="cpu", progress=False
    )
    assert [run["test"]["mae"] for run in result["runs"]] == runs.values("mae")


def test_each_setting_changes_what_its_name_says():
    widths = {"a": 3, "b": 2}
    usual = EUARConfig(widths).to_dict()
    changed = {
        name: {field: v for field, v in make(widths).to_dict().items() if usual.get(field) != v}
        for name, make in experiment.SETTINGS.items()
    }
    alone, mlp = {"alpha": 0, "beta": 0, "lam": 0}, {"head": "mlp"}
    one = {"num_experts": 1, "k": 1}
    assert changed == {
        "default": {},
        "projections untrained": {"untrained": "projections"},
        "gates untrained": {"untrained": "gates"},
        "experts untrained": {"untrained": "experts"},
        "head untrained": {"untrained": "head"},
        "one expert": one,
        "all experts chosen": {"k": 8},
        "task loss alone": alone,
        "added, not concatenated": {"fusion": "add"},
        "MLP head": mlp,
        "MLP head, one expert": mlp | one,
        "MLP head, task loss alone": mlp | alone,
        "MLP head per modality": {"head": "mlp, one for each modality"},
    }


def test_no_two_settings_share_a_key(data_file):
    keys = {change(setting, data_file).key() for setting in experiment.SETTINGS}
    assert len(keys) == len(experiment.SETTINGS)


def test_requests_ask_for_ten_seeds_with_the_recipe_of_the_grid():
    asked = experiment.requests()
    assert [request.setting for request in asked] == list(experiment.SETTINGS)
    assert {request.seeds for request in asked} == {tuple(range(10))}
    assert {request.recipe for request in asked} == {Recipe(**grid.recipe("embedded"))}


def test_newest_keeps_the_order_and_the_later_result(data_file, tmp_path):
    first = change("one expert", data_file).measure("whole-model")
    store.save_result(first, tmp_path)
    store.save_result({**first, "key": "0" * 16, "started": "2099-01-01T00:00:00+00:00"}, tmp_path)
    store.save_result(change("default", data_file).measure("whole-model"), tmp_path)
    found = experiment.newest(tmp_path)
    assert list(found) == ["default", "one expert"]
    assert found["one expert"]["key"] == "0" * 16


def test_without_results_there_is_nothing(tmp_path):
    assert experiment.newest(tmp_path) == {}
