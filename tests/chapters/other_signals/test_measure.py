"""Both signals are asked on every test split; what disagrees are the runs of the chapter."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from euar.chapters.calibrated_sigma.measure import Knowing
from euar.chapters.other_signals import measure
from euar.chapters.other_signals.disagreement import disagreement
from euar.chapters.other_signals.measure import Apart, Far, FarInWorlds, measurements
from euar.data import features
from euar.training import Recipe, fit
from euar.training.batches import all_splits
from tests.chapters.other_signals.whole import whole
from tests.experiments.schema import validate

TWO = Recipe(epochs=2, batch_size=16)
SD = np.random.default_rng(0).uniform(0.1, 2, 120).astype(np.float32)


def noisier(data, _how):
    """The first half of the test rows of `a` with much noise."""
    rows = np.flatnonzero(data.split == "test")
    a = data.modalities["a"].copy()
    a[rows[: len(rows) // 2]] += 100
    return replace(data, modalities=dict(data.modalities) | {"a": a})


@pytest.fixture(autouse=True)
def _noise(monkeypatch):
    monkeypatch.setattr(features, "corrupted", noisier)


@pytest.fixture
def apart(monkeypatch):
    row = Knowing(data="tiny", system="default", recipe=TWO, seeds=(0, 2))
    chosen = {"key": "0123", "runs": [{"lr": 1e-2}, {"lr": 1e-3}]}
    monkeypatch.setattr(measure, "newest", lambda _experiment, asked: [(asked[0], chosen)])
    return Apart(data="tiny", row=row, noises=("gaussian:5",))


def test_rows_that_were_moved_are_far_whatever_a_model_would_say():
    found = Far(data="tiny", noises=("gaussian:5",)).measure("tiny", whole(target_sd=SD)).record
    validate(found)
    density = found["signals"]["density"]
    assert set(density) == {"test", "gaussian:5"}
    assert density["gaussian:5"]["auroc"]["a"]["seeds"] == [1.0]
    assert "auroc" not in density["test"] and set(density["test"]["raters"]) == {"a", "b", "all"}


def test_the_runs_are_those_of_the_chapter_at_the_rates_that_it_chose(apart):
    data = whole()
    record = apart.measure("tiny", data).record
    validate(record)
    assert [run["lr"] for run in record["runs"]] == [1e-2, 1e-3]
    assert record["config"]["lr"] == "as chosen in calibrated_sigma/0123"
    how = {"epochs": 2, "batch_size": 16, "device": "cpu", "progress": False}
    (run,) = fit(apart.row.config(data), data, seeds=[2], lr=1e-3, **how)
    assert record["runs"][1]["test"] == pytest.approx(run.record()["test"], rel=1e-4)
    asked = disagreement(run.model, all_splits(noisier(data, None), torch.device("cpu"))["test"])
    hit = np.arange(30) < 15
    for signal, said in asked.items():
        above = np.mean(said["a"][hit][:, None] > said["a"][~hit])
        seeds = record["signals"][signal]["gaussian:5"]["auroc"]["a"]["seeds"]
        assert seeds[1] == pytest.approx(above, abs=0.01)


def test_raters_are_asked_of_each_modality_and_of_their_sum(apart):
    found = apart.measure("tiny", whole(target_sd=SD)).record["signals"]
    assert all(set(signal["test"]["raters"]) == {"a", "b", "all"} for signal in found.values())


def test_without_the_chapters_result_there_is_no_rate(apart, monkeypatch):
    monkeypatch.setattr(measure, "newest", lambda *_: [])
    with pytest.raises(FileNotFoundError, match="measure it first"):
        apart.measure("tiny", whole())


def test_in_a_world_each_seed_is_a_draw():
    found = FarInWorlds(variant="loud", seeds=(0, 1)).measure("tiny").record
    validate(found)
    assert all(len(set(levels)) == 2 for levels in found["levels"].values())


def test_experts_are_asked_wherever_the_distance_is():
    far = {(one.data, one.noises) for one in measurements() if isinstance(one, Far)}
    for system in measure.SYSTEMS:
        apart = [one for one in measurements() if isinstance(one, Apart) and one.name == system]
        assert {(one.data, one.noises) for one in apart} == far
        assert len(apart) == len(far)
