"""The experiment on the parts of the model: what it asks for and what it writes down."""

import pytest

from euar.chapters.quick_start.measure import recipe
from euar.chapters.whole_model import measure as experiment
from euar.model import EUARConfig
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset


def change(setting, data_file):
    return experiment.Change(
        setting=setting, data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=1, batch_size=32)
    )


@pytest.mark.parametrize("setting", experiment.SETTINGS)
def test_every_setting_is_measured_as_the_schema_says(setting, data_file):
    asked = change(setting, data_file)
    result = asked.measure("whole_model").record
    validate(result)
    assert result["key"] == asked.key()
    assert result["config"]["name"] == setting
    assert [run["seed"] for run in result["runs"]] == [0, 1]


def test_the_default_agrees_with_fit(data_file):
    result = change("default", data_file).measure("whole_model").record
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
    asked = experiment.measurements()
    assert [one.setting for one in asked] == list(experiment.SETTINGS)
    assert {one.seeds for one in asked} == {tuple(range(10))}
    assert {one.recipe for one in asked} == {Recipe(**recipe("embedded"))}
