"""Rows of a comparison: the rate that each seed chooses, the run at that rate, other test splits."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.measurements import measurements
from euar.data import corruption
from euar.data.features import Corruption
from euar.experiments import row as row_module
from euar.experiments.linear import baselines
from euar.experiments.row import SYSTEMS, Row
from euar.experiments.train import configure
from euar.training import Recipe, fit, predict
from euar.training.scoring import scores
from tests.experiments.schema import validate
from tests.training.tiny import dataset

RECIPE = Recipe(epochs=2, batch_size=16)


@pytest.fixture(scope="module")
def row(data_file):
    return Row(data=str(data_file), recipe=RECIPE, rates=(1e-4, 3e-2), seeds=(0, 1, 2))


@pytest.fixture(scope="module")
def measured(row):
    return row.measure("tiny")


@pytest.fixture(scope="module")
def result(measured):
    return measured.record


def trained(row, rate, seeds):
    config = configure(row.system, dataset(120))
    return fit(config, dataset(120), seeds=seeds, epochs=2, batch_size=16, lr=rate, device="cpu")


def test_a_result_fits_the_schema(result):
    validate(result)


def test_each_seed_keeps_the_rate_that_its_validation_split_prefers(row, result):
    assert [run["seed"] for run in result["runs"]] == [0, 1, 2]
    for record in result["runs"]:
        rates = [float(rate) for rate in record["valid_by_lr"]]
        assert set(row.rates) <= set(rates)
        runs = {rate: trained(row, rate, (record["seed"],))[0] for rate in rates}
        errors = {rate: run.metrics["valid"]["mae"] for rate, run in runs.items()}
        assert record["valid_by_lr"] == pytest.approx({str(r): mae for r, mae in errors.items()}, rel=1e-5)
        assert record["lr"] == min(errors, key=errors.get)
        assert record["test"] == pytest.approx(runs[record["lr"]].metrics["test"], rel=1e-5)


def test_a_seed_chooses_among_the_rates_at_which_nothing_broke(row):
    found = replace(row, rates=(3e-2, 1e30), seeds=(0,)).measure("tiny").record
    by_rate = found["runs"][0]["valid_by_lr"]
    assert by_rate["1e+30"] is None and by_rate["0.03"] is not None
    validate(found)


def test_a_modality_is_withheld_from_the_test_rows_that_have_another(row, measured):
    record, data = measured.record["runs"][0], dataset(120)
    run = trained(row, record["lr"], (0,))[0]
    for name, other in (("a", "b"), ("b", "a")):
        kept = (data.split != "test") | ~data.available[other]
        expected = predict(run.model, corruption.with_available(data, {name: kept}))
        right = scores(expected, data.subset(split="test").target)
        assert record["others"][f"without {name}"] == pytest.approx(right, rel=1e-5)
        assert np.allclose(measured.predictions[f"without {name}"].values[0], expected, atol=1e-5)
    assert record["others"]["without a"] != record["test"]


def test_noise_is_a_test_split_of_its_own(row, monkeypatch):
    def noisier(data, how):
        assert how == Corruption.parse("gaussian:5")
        a = data.modalities["a"] * np.where(data.split == "test", -1, 1)[:, None].astype(np.float32)
        return replace(data, modalities=dict(data.modalities) | {"a": a})

    monkeypatch.setattr(row_module.features, "corrupted", noisier)
    noisy = replace(row, noises=("gaussian:5",), rates=(3e-2,)).measure("tiny").record
    run = trained(row, 3e-2, (0,))[0]
    assert noisy["runs"][0]["test"] == pytest.approx(run.metrics["test"], rel=1e-5)
    target = dataset(120).subset(split="test").target
    shaken = predict(run.model, noisier(dataset(120), Corruption.parse("gaussian:5")))
    assert noisy["runs"][0]["others"]["gaussian:5"] == pytest.approx(scores(shaken, target), rel=1e-5)


def test_modalities_and_size_cut_the_training_set(row):
    one = replace(row, modalities=("a",), size=20)
    data = one.dataset()
    assert list(data.modalities) == ["a"]
    assert {split: int((data.split == split).sum()) for split in ("train", "valid", "test")} == {
        "train": 20,
        "valid": 30,
        "test": 30,
    }
    assert set(replace(one, size=10).dataset().ids) < set(data.ids)
    result = replace(one, rates=(1e-2,), seeds=(0,)).measure("tiny").record
    assert result["baselines"]["ridge"] == baselines(data)["ridge"]
    assert result["runs"][0]["others"] == {}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_learns_classes(system, tmp_path):
    path = dataset(120, classes=3).to_hdf5(tmp_path / "classes.h5")
    asked = Row(data=str(path), system=system, recipe=RECIPE, rates=(1e-2,), seeds=(0,))
    result = asked.measure("tiny").record
    validate(result)
    assert set(result["baselines"]) == {"majority", "logistic"}


def test_the_key_is_known_before_training_and_every_field_counts(row, result):
    assert row.key() == result["key"]
    changes = {"system": "concat", "rates": (1e-4,), "seeds": (0,), "recipe": Recipe(epochs=3), "size": 30}
    keys = {replace(row, **{name: value}).key() for name, value in changes.items()}
    assert len(keys | {row.key()}) == len(changes) + 1


@pytest.mark.parametrize("name", ["mosi", "mosei", "mvsa", "nyud"])
def test_an_experiment_asks_for_nothing_twice(name):
    _, rows = measurements(name)
    assert len(set(rows)) == len(rows)
    assert all(row.data == name for row in rows)
    assert all(len(row.seeds) >= 5 for row in rows)
