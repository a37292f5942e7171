"""Every public setting, given anything at all: it works to the end, or a ValueError names it."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from euar.data import corruption, simulate
from euar.data.features import Corruption
from euar.systems import SYSTEMS
from euar.training import Recipe, fit, predict
from tests.training.tiny import TinyConfig, dataset

WIDTHS = {"text": 3, "audio": 2}
ANYTHING = [
    None, True, "x", "", b"x", (), (1,), (2.0, 1.0), ("a", "b"), [], [1, 2], {}, {"a": 1}, object(), int,
    0, 1, -1, 2**31, 2**70, 10**400, 10**5000,
    0.5, 1.0, -0.5, 1e400, float("nan"), 1j, np.float64(0.5), np.int64(2),
    np.array([1, 2]), torch.tensor(1.0), range(2), {1, 2},
]  # fmt: skip
WIDTHS_OF_ALL_KINDS = [
    {"a": value} for value in ("x", None, True, 0, -1, 2.5, 2**31, [3])
] + [{1: 3}, {"": 3}, {None: 3}, {("a",): 3}]  # fmt: skip


def named(name, make):
    """Whether `make` worked; else it must have raised a ValueError that begins with the setting's name."""
    try:
        made = make()
    except ValueError as error:
        text = str(error)
        assert name in text.split("expected")[0], text
        assert "expected" in text, text
        assert "found" in text, text
        assert len(text) < 2_000
        return None
    return made


def fitting(system):
    """Arguments that fit a system."""
    task = system.tasks[0]
    return {"in_features": WIDTHS, "task": task, "outputs": 2 if task == "classification" else 1}


FIELDS = [
    pytest.param(system, field.name, id=f"{system.name}-{field.name}")
    for system in SYSTEMS.values()
    for field in dataclasses.fields(system.configure(**fitting(system)))
]


@pytest.mark.filterwarnings("ignore:k. .* is more than")
@pytest.mark.parametrize(("system", "field"), FIELDS)
def test_a_field_of_a_system_works_or_is_named(system, field):
    for value in ANYTHING + (WIDTHS_OF_ALL_KINDS if field == "in_features" else []):
        config = named(field, lambda value=value: system.configure(**fitting(system) | {field: value}))
        if config is not None:
            again = type(config).from_dict(json.loads(json.dumps(config.to_dict())))
            assert again.to_dict() == config.to_dict()
            again.build()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Recipe)])
def test_a_field_of_a_recipe_works_or_is_named(field):
    for value in ANYTHING:
        recipe = named(field, lambda value=value: Recipe(**{field: value}))
        assert recipe is None or json.loads(json.dumps(dataclasses.asdict(recipe)))[field] == value


OF_FIT = (
    "epochs",
    "batch_size",
    "lr",
    "weight_decay",
    "select",
    "warmup",
    "patience",
    "accumulate",
    "precision",
    "device",
    "devices",
    "strategy",
    "jobs",
    "out",
    "seeds",
    "progress",
)


@pytest.mark.parametrize("setting", OF_FIT)
def test_a_setting_of_fit_works_or_is_named(setting, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = dataset(24)
    usual = {"epochs": 1, "device": "cpu", "progress": False}
    for value in ANYTHING:
        named(setting, lambda value=value: fit(TinyConfig(), data, **usual | {setting: value}))


@pytest.mark.parametrize("setting", ["split", "batch_size"])
def test_a_setting_of_predict_works_or_is_named(setting):
    data, model = dataset(24), TinyConfig().build()
    for value in ANYTHING:
        named(setting, lambda value=value: predict(model, data, **{setting: value}))


IMAGE = np.zeros((4, 4, 3), dtype=np.uint8)
IDS = ["a", "b", "c"]
CORRUPTIONS = {
    corruption.noise_applies: {"ids": IDS, "modality": "text", "seed": 0, "p": 0.5},
    corruption.add_noise: {
        "image": IMAGE, "id": "a", "modality": "image", "kind": "gaussian", "strength": 5, "seed": 0,
        "scale": 1,
    },
    corruption.blank_words: {"text": "a b", "id": "a", "modality": "text", "strength": 5, "seed": 0},
    corruption.feature_noise: {
        "values": np.zeros((3, 2), np.float32), "ids": IDS, "modality": "text", "strength": 1, "seed": 0,
    },
    corruption.released_gaussian: {"image": IMAGE, "epsilon": 5},
    corruption.random_missing: {"ids": IDS, "names": ["text", "audio"], "rate": 0.3, "seed": 0},
    corruption.modality_dropout: {
        "ids": IDS, "available": {"text": np.ones(3, bool)}, "epoch": 0, "seed": 0,
    },
    Corruption: {"kind": "gaussian", "strength": 5, "seed": 0, "p": 0.5},
    simulate: {"n": (4, 4, 4), "seed": 0, "noise": (0.1, 2.0)},
}  # fmt: skip
NUMBERS = ("strength", "scale", "seed", "p", "rate", "epoch", "kind", "epsilon", "n", "noise")
SETTINGS = [
    pytest.param(function, name, id=f"{function.__name__}-{name}")
    for function, usual in CORRUPTIONS.items()
    for name in usual
    if name in NUMBERS
]


@pytest.mark.parametrize(("function", "name"), SETTINGS)
def test_a_setting_of_a_corruption_works_or_is_named(function, name):
    usual = CORRUPTIONS[function]
    for value in ANYTHING:
        named(name, lambda value=value: function(**usual | {name: value}))


@pytest.mark.parametrize("name", ["seed", "epoch"])
@pytest.mark.parametrize("value", ["0", None, True, 1.0])
def test_what_is_hashed_is_never_taken_for_another_type(name, value):
    usual = CORRUPTIONS[corruption.modality_dropout]
    with pytest.raises(ValueError, match=f"{name}: expected"):
        corruption.modality_dropout(**usual | {name: value})
