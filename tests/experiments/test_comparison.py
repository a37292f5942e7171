"""Rows of a comparison: the rate that each seed chooses, the run at that rate, other test splits."""

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from referencing import Registry, Resource

from euar.chapters.mosei import measure as mosei
from euar.chapters.mosi import measure as mosi
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.data import corruption
from euar.data.features import Corruption
from euar.experiments import comparison, store
from euar.experiments.comparison import Row
from euar.experiments.linear import baselines
from euar.experiments.train import SYSTEMS, model_config
from euar.files import to_json
from euar.resources import resource
from euar.training import Recipe, fit, predict
from euar.training.scoring import scores
from tests.training.tiny import dataset

NAMES = ("comparison.schema.json", "result.schema.json")
SCHEMAS = {name: json.loads(resource(f"euar/experiments/{name}").read_text()) for name in NAMES}
REGISTRY = Registry().with_resources((name, Resource.from_contents(s)) for name, s in SCHEMAS.items())
RECIPE = Recipe(epochs=2, batch_size=16)
EXPERIMENTS = {"mosi": mosi, "mosei": mosei, "mvsa": mvsa, "nyud": nyud}
COMMITTED = [path for name in EXPERIMENTS for path in sorted(resource("results").glob(f"{name}/*.json"))]


def validate(result):
    jsonschema.Draft202012Validator(SCHEMAS[NAMES[0]], registry=REGISTRY).validate(
        json.loads(to_json(result))
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return dataset(120).to_hdf5(tmp_path_factory.mktemp("comparison") / "tiny.h5")


@pytest.fixture(scope="module")
def row(file):
    return Row(data=str(file), recipe=RECIPE, rates=(1e-4, 3e-2), seeds=(0, 1, 2))


@pytest.fixture(scope="module")
def result(row):
    return row.measure("tiny")


def trained(row, rate, seeds):
    config = model_config(row.system, dataset(120))
    return fit(config, dataset(120), seeds=seeds, epochs=2, batch_size=16, lr=rate, device="cpu")


def test_a_result_fits_its_schema(result):
    validate(result)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_result_fits_it_too(path):
    validate(json.loads(path.read_text()))


def test_each_seed_keeps_the_rate_that_its_validation_split_prefers(row, result):
    assert [run["seed"] for run in result["runs"]] == [0, 1, 2]
    for record in result["runs"]:
        runs = {rate: trained(row, rate, (record["seed"],))[0] for rate in row.rates}
        errors = {rate: run.metrics["valid"]["mae"] for rate, run in runs.items()}
        assert record["valid_by_lr"] == pytest.approx({str(r): mae for r, mae in errors.items()}, rel=1e-6)
        assert record["lr"] == min(errors, key=errors.get)
        assert record["test"] == runs[record["lr"]].metrics["test"]


def test_a_modality_is_withheld_from_the_test_rows_that_have_another(row, result):
    run, data = trained(row, result["runs"][0]["lr"], (0,))[0], dataset(120)
    for name, other in (("a", "b"), ("b", "a")):
        kept = (data.split != "test") | ~data.available[other]
        without = corruption.with_available(data, {name: kept})
        expected = scores(predict(run.model, without), data.subset(split="test").target)
        assert result["runs"][0]["others"][f"without {name}"] == expected
    assert result["runs"][0]["others"]["without a"] != result["runs"][0]["test"]


def test_noise_is_a_test_split_of_its_own(row, monkeypatch):
    def noisier(data, how):
        assert how == Corruption.parse("gaussian:5")
        a = data.modalities["a"] * np.where(data.split == "test", -1, 1)[:, None].astype(np.float32)
        return replace(data, modalities=dict(data.modalities) | {"a": a})

    monkeypatch.setattr(comparison.features, "corrupted", noisier)
    noisy = replace(row, noises=("gaussian:5",), rates=(3e-2,)).measure("tiny")
    run = trained(row, 3e-2, (0,))[0]
    assert noisy["runs"][0]["test"] == run.metrics["test"]
    target = dataset(120).subset(split="test").target
    shaken = predict(run.model, noisier(dataset(120), Corruption.parse("gaussian:5")))
    assert noisy["runs"][0]["others"]["gaussian:5"] == scores(shaken, target)


def test_modalities_and_size_cut_the_training_set(row):
    one = replace(row, modalities=("a",), size=20)
    data = one._dataset()
    assert list(data.modalities) == ["a"]
    assert {split: int((data.split == split).sum()) for split in ("train", "valid", "test")} == {
        "train": 20,
        "valid": 30,
        "test": 30,
    }
    smaller = replace(one, size=10)._dataset()
    assert set(smaller.ids) < set(data.ids)
    result = replace(one, rates=(1e-2,), seeds=(0,)).measure("tiny")
    assert result["baselines"]["ridge"] == baselines(data)["ridge"]
    assert result["runs"][0]["others"] == {}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_learns_classes(system, tmp_path):
    path = dataset(120, classes=3).to_hdf5(tmp_path / "classes.h5")
    result = Row(data=str(path), system=system, recipe=RECIPE, rates=(1e-2,), seeds=(0,)).measure("tiny")
    validate(result)
    assert set(result["baselines"]) == {"majority", "logistic"}


def test_the_key_is_known_before_training_and_every_field_counts(row, result):
    assert row.key() == result["key"]
    changes = {"system": "concat", "rates": (1e-4,), "seeds": (0,), "recipe": Recipe(epochs=3), "size": 30}
    keys = {replace(row, **{name: value}).key() for name, value in changes.items()}
    assert len(keys | {row.key()}) == len(changes) + 1


def test_the_newest_result_of_a_row_is_found(row, result, tmp_path):
    store.save_result(result, tmp_path)
    later = {**result, "key": "f" * 16, "started": "2999-01-01T00:00:00+00:00"}
    store.save_result(later, tmp_path)
    ((known, found),) = comparison.newest("tiny", [row, replace(row, size=30)], tmp_path)
    assert known == row
    assert found["key"] == "f" * 16


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_asks_for_nothing_twice(name):
    rows = EXPERIMENTS[name].requests()
    assert len(set(rows)) == len(rows)
    assert all(row.data == name for row in rows)
    assert all(len(row.seeds) >= 5 for row in rows)


def test_lines_give_baselines_then_mean_and_sd_over_seeds(result):
    maes = [run["test"]["mae"] for run in result["runs"]]
    corrs = [run["test"]["corr"] for run in result["runs"]]
    constant, ridge, ours = comparison.lines({"ours": result}, ["mae", "corr"])
    assert constant == ["constant", f"{result['baselines']['constant']['mae']:.3f}", "-"]
    assert ridge[1:] == [f"{result['baselines']['ridge'][m]:.3f}" for m in ("mae", "corr")]
    assert ours == ["ours"] + [f"{np.mean(v):.3f} ± {np.std(v, ddof=1):.3f}" for v in (maes, corrs)]


def test_an_undefined_metric_is_a_dash(result):
    read = json.loads(to_json(result))
    assert comparison.lines({"ours": read}, ["corr"])[0] == ["constant", "-"]


def test_values_by_seed_come_from_any_test_split(result):
    assert comparison.by_seed(result, "mae") == [run["test"]["mae"] for run in result["runs"]]
    expected = [run["others"]["without a"]["mae"] for run in result["runs"]]
    assert comparison.by_seed(result, "mae", "without a") == expected
