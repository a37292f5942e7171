"""The measurements: chosen runs are asked, and what they say is kept by test split."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.measure import Knowing, Simulated, measurements
from euar.chapters.what_sigma_knows.meters import spearman
from euar.experiments import row as row_module
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset

TWO = Recipe(epochs=2, batch_size=16)


@pytest.fixture(scope="module")
def knowing(data_file):
    return Knowing(data=str(data_file), system="calibrated", recipe=TWO, rates=(1e-2,), seeds=(0, 2))


def noisier(data, _how):
    """The first half of the test rows of `a` with much noise."""
    rows = np.flatnonzero(data.split == "test")
    a = data.modalities["a"].copy()
    a[rows[: len(rows) // 2]] += 100
    return replace(data, modalities=dict(data.modalities) | {"a": a})


def test_every_chosen_run_is_asked_on_every_test_split(knowing, monkeypatch):
    monkeypatch.setattr(row_module.features, "corrupted", noisier)
    found = replace(knowing, noises=("gaussian:5",)).measure("tiny").record
    validate(found)
    for run in found["runs"]:
        assert set(run["trials"]) == {"test", "gaussian:5", "without a", "without b"}
        assert "auroc" not in run["trials"]["test"]  # nothing was hit
        assert set(run["trials"]["gaussian:5"]["auroc"]) == {"a"}
        assert {"nll", "covered", "order", "aurc"} <= set(run["trials"]["test"])


def test_what_is_announced_is_that_of_the_run_that_validation_chose(knowing):
    (record, _) = knowing.measure("tiny").record["runs"]
    data = dataset(120)
    (run,) = fit(
        knowing.config(data), data, seeds=[0], epochs=2, batch_size=16, lr=1e-2, device="cpu", progress=False
    )
    table, test = run.predict(data), data.split == "test"
    error = np.abs(table.values - data.target)[test]
    trials = record["trials"]["test"]
    assert trials["covered"] == pytest.approx((error <= 1.645 * table.sd[test]).mean(), abs=0.02)
    assert trials["order"] == pytest.approx(spearman(table.sd[test], error), abs=0.02)


@pytest.fixture(scope="module")
def announcing(data_file):
    return Knowing(
        data=str(data_file), system="heteroscedastic", recipe=TWO, rates=(1e-2,), seeds=(0,)
    ).measure("tiny")


def test_validation_alone_decides_how_far_an_interval_reaches(announcing):
    (record,) = announcing.record["runs"]
    found = {name: trials["conformal"] for name, trials in record["trials"].items()}
    assert set(found) == {"test", "without a", "without b"}
    assert len({trial["reach"] for trial in found.values()}) == 1
    before, after = record["trials"]["test"], found["test"]
    assert after["width"] / before["width"] == pytest.approx(after["reach"] / 1.645, rel=1e-3)


def test_the_reach_is_that_of_the_chosen_runs_validation_errors(announcing):
    (record,), data = announcing.record["runs"], dataset(120)
    (run,) = fit(
        Knowing(data="x", system="heteroscedastic").config(data),
        data,
        seeds=[0],
        epochs=2,
        batch_size=16,
        lr=1e-2,
        device="cpu",
        progress=False,
    )
    table, valid = run.predict(data), data.split == "valid"
    scores = np.sort((np.abs(table.values - data.target) / table.sd)[valid])
    place = int(np.ceil(0.9 * (len(scores) + 1)))
    assert record["trials"]["test"]["conformal"]["reach"] == pytest.approx(scores[place - 1], rel=1e-3)


def test_a_simulated_world_knows_each_rows_noise():
    found = (
        Simulated(variant="quiet", seeds=(0, 1), recipe=replace(TWO, batch_size=64)).measure("tiny").record
    )
    validate(found)
    for run in found["runs"]:
        levels = run["trials"]["levels"]
        assert set(levels) == {"text", "audio", "vision"} and all(-1 <= r <= 1 for r in levels.values())


def test_classes_are_asked_of_systems_that_doubt_classes_alone():
    for one in measurements():
        assert one.name not in ("qmf", "tmc") or one.data in ("mvsa", "nyud")
    assert {one.name for one in measurements()} >= {"calibrated", "calibrated; noisy 0.0", "default", "tmc"}


def test_every_rival_is_measured_wherever_the_calibrated_is():
    where = {}
    for one in measurements():
        where.setdefault(one.name, set()).add((one.data, one.variant))
    for rival in ("heteroscedastic", "mc-dropout", "deep-ensemble"):
        assert where[rival] == where["calibrated"]
