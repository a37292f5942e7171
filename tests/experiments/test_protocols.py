"""What a row is tested under: fewer modalities by three protocols, draws of noise, its baselines on each."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from euar.data.features import Corruption
from euar.experiments import protocols
from euar.experiments.protocols import Draws, OneModel, Withheld, draws_of, under_every_set
from euar.systems.registry import find
from euar.training import Recipe, fit, predict
from tests.experiments.schema import validate
from tests.training.tiny import dataset

HOW = {"recipe": Recipe(epochs=1, batch_size=16), "rates": (1e-2,), "seeds": (0,), "system": "concat"}


@pytest.fixture(scope="module")
def withheld(data_file):
    return Withheld(data=str(data_file), **HOW).measure("tiny")


def test_a_result_has_a_split_and_baselines_for_each_smaller_set(withheld):
    validate(withheld.record)
    names = {"only a", "only b"}
    assert set(withheld.record["runs"][0]["others"]) == set(withheld.record["baselines_by_test"]) == names
    assert set(withheld.predictions) == names | {"test"}
    constants = [each["constant"]["mae"] for each in withheld.record["baselines_by_test"].values()]
    assert constants == [withheld.record["baselines"]["constant"]["mae"]] * 2
    assert withheld.record["baselines_by_test"]["only b"]["ridge"] != withheld.record["baselines"]["ridge"]


def test_a_smaller_set_is_all_that_the_model_is_shown(withheld):
    data = dataset(120)
    model = fit(
        find("concat").configure(data.in_features), data, epochs=1, batch_size=16, lr=1e-2, device="cpu"
    )
    test = data.split == "test"
    blind = np.array(data.modalities["b"])
    blind[test] = 1e3  # withheld, it must not matter
    changed = replace(
        data, modalities=dict(data.modalities) | {"b": blind}, available={"b": data.available["b"] & ~test}
    )
    expected = predict(model[0].model, changed)
    assert np.allclose(withheld.predictions["only a"].values[0], expected, atol=1e-5)


def test_every_training_row_stands_there_once_under_each_set_that_it_has():
    data = replace(dataset(40), groups=np.array([f"g{i // 4}" for i in range(40)]))
    found = under_every_set(data)
    shown = [tuple(m for m in "ab" if found.available[m][i]) for i in range(len(found))]
    trained = found.split != "test"
    count = Counter(shown[i] for i in np.flatnonzero(trained))
    have = data.available["b"] & (data.split != "test")
    assert count == {("a", "b"): have.sum(), ("b",): have.sum(), ("a",): 2 * 30 - have.sum()}
    assert np.array_equal(found.ids[~trained], data.ids[data.split == "test"])
    ways: dict[str, set] = {}
    for group, way in zip(found.groups[trained], shown, strict=False):
        ways.setdefault(group, set()).add(way)
    assert "g0" in ways
    assert "g0 only a" in ways


def test_one_model_learns_from_every_set_and_is_tested_as_withheld_is(data_file, withheld):
    one = OneModel(data=str(data_file), **HOW)
    result = one.measure("tiny")
    assert result.record["data"]["n"]["test"] == 30
    assert result.record["data"]["n"]["train"] > 100
    assert set(result.predictions) == set(withheld.predictions)
    assert one.key() != withheld.record["key"]


def test_draws_are_different_draws_of_the_same_strength(data_file):
    data, one = (
        dataset(120),
        Draws(data=str(data_file), noises=("features:0.5", "features:2"), draws=(0, 1), **HOW),
    )
    tests = one.tests(data)
    assert list(tests) == [*draws_of("features:0.5", (0, 1)), *draws_of("features:2", (0, 1))]
    shift = {name: (test.modalities["a"] - data.modalities["a"]) for name, test in tests.items()}
    assert all(not change[data.split != "test"].any() for change in shift.values())
    first, second, strong, _ = shift.values()
    assert not np.allclose(first, second)
    assert strong == pytest.approx(4 * first, abs=1e-5)
    spread = data.modalities["a"][data.split == "train"].std(axis=0)
    assert first[data.split == "test"].std(axis=0) == pytest.approx(0.5 * spread, rel=0.4)


def test_noise_on_pictures_is_drawn_with_the_seed_of_the_draw(data_file, monkeypatch):
    asked = []
    monkeypatch.setattr(protocols.features, "corrupted", lambda data, how: asked.append(how) or data)
    Draws(data=str(data_file), noises=("gaussian:5",), draws=(0, 3), **HOW).tests(dataset(40))
    assert asked == [Corruption.parse("gaussian:5", seed=seed) for seed in (0, 3)]
