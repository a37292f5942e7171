"""A run's folder is all that new rows need, and its file can name no code."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch

import euar
from euar import sealed
from euar.files import DamagedFileError
from euar.model import EUARConfig
from euar.systems import SystemConfig
from euar.training import Run, Runs, fit, load_run
from tests.training.tiny import TinyConfig, dataset

SETTINGS = {"epochs": 2, "lr": 0.01, "device": "cpu"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The runs of a training and their folder."""
    folder = tmp_path_factory.mktemp("runs")
    return fit(EUARConfig({"a": 3, "b": 2}), dataset(), seeds=(0, 10, 3), out=folder, **SETTINGS), folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made[1], tmp_path / "runs")


def same(run, expected):
    assert (run.seed, run.metrics, run.identity) == (expected.seed, expected.metrics, expected.identity)
    assert np.array_equal(run.predict(dataset()).values, expected.predict(dataset()).values)
    for name, weight in expected.model.state_dict().items():
        assert torch.equal(run.model.state_dict()[name], weight)


def test_the_folder_of_a_seed_is_a_run(made):
    runs, folder = made
    run = load_run(str(folder / "seed-10"))
    assert isinstance(run, Run)
    assert not run.model.training
    same(run, runs[1])


def test_the_folder_of_a_training_is_all_its_runs(made):
    runs, folder = made
    found = load_run(folder)
    assert isinstance(found, Runs)
    assert [run.seed for run in found] == [0, 3, 10]
    for run, expected in zip(found, sorted(runs, key=lambda run: run.seed), strict=True):
        same(run, expected)
    assert np.array_equal(found.predict(dataset()).values, runs.predict(dataset()).values)


@pytest.mark.parametrize("name", ["seed-4", "seed-00", "seed-0 (copy)"])
def test_a_copy_of_a_seed_is_not_counted_twice(name, folder):
    shutil.copytree(folder / "seed-0", folder / name)
    with pytest.raises(ValueError, match=r"expected the folder seed-0, .*; move it away: a copy"):
        load_run(folder)


def test_one_seed_alone_is_a_run(folder):
    for seed in (0, 10):
        shutil.rmtree(folder / f"seed-{seed}")
    assert load_run(folder).seed == 3


def test_runs_saved_by_hand_predict_too(made, tmp_path):
    for run, expected in zip(load_run(made[0][:2].save(tmp_path)), made[0][:2], strict=True):
        same(run, expected)


def test_what_fit_takes_up_again_predicts_too(made, folder):
    again = fit(EUARConfig({"a": 3, "b": 2}), dataset(), seeds=(0, 10, 3), out=folder, **SETTINGS)
    for run, expected in zip(again, made[0], strict=True):
        same(run, expected)


def test_the_file_says_it_in_plain_words(made):
    fields = json.loads((made[1] / "seed-3" / "model.json").read_text())
    assert fields["config"]["type"] == "euar.model.EUARConfig"
    assert list(fields["preprocessing"]["columns"]) == ["a", "b"]
    assert len(fields["preprocessing"]["columns"]["a"]["mean"]) == 3
    assert fields["versions"] == {
        "euar": euar.__version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
    }


def test_the_global_generator_does_not_move(made):
    before = torch.get_rng_state()
    load_run(made[1])
    assert torch.equal(torch.get_rng_state(), before)


def rewrite(folder, change):
    """Let `change` alter the fields of `model.json`, with a hash that fits."""
    path = folder / "model.json"
    fields = json.loads(path.read_text())
    change(fields)
    path.write_text(json.dumps(fields))
    run = sealed.read_json(folder / "run.json", "")
    run["files"]["model.json"] = sealed.sha256(path.read_bytes())
    sealed.write_json(folder / "run.json", run)


def test_a_run_of_an_older_version_says_what_to_do(folder):
    seed = folder / "seed-3"
    (seed / "model.json").unlink()
    fields = sealed.read_json(seed / "run.json", "")
    del fields["files"]["model.json"]
    sealed.write_json(seed / "run.json", fields)
    with pytest.raises(ValueError, match=r"seed-3: expected model.json, .* older euar .*; train it again"):
        load_run(folder)
    old = Run.load(seed, EUARConfig({"a": 3, "b": 2}).build())
    with pytest.raises(ValueError, match="seed 3: a run without its preprocessing"):
        old.predict(dataset())


def test_a_seed_under_way_is_not_left_out(folder):
    (folder / "seed-10" / "run.json").unlink()
    with pytest.raises(ValueError, match=r"seed-10: this seed is not finished; run the same training again"):
        load_run(folder)


def test_seeds_of_several_trainings_are_not_averaged(folder, tmp_path):
    fit(EUARConfig({"a": 3, "b": 2}), dataset(seed=1), seeds=(5,), out=tmp_path / "other", **SETTINGS)
    shutil.copytree(tmp_path / "other" / "seed-5", folder / "seed-5")
    with pytest.raises(ValueError, match="expected seeds of one training, found several"):
        load_run(folder)


@pytest.mark.parametrize("place", ["", "nowhere"])
def test_a_folder_without_runs_is_named(place, tmp_path):
    with pytest.raises(ValueError, match=r"expected the folder of a run .*, found none; check the path"):
        load_run(tmp_path / place)


class OwnConfig(SystemConfig):
    """Somebody's own configuration, of the default model."""

    def build(self):
        return EUARConfig(self.in_features).build()


def test_a_system_of_ones_own_must_be_imported(tmp_path, monkeypatch):
    runs = fit(OwnConfig({"a": 3, "b": 2}), dataset(), out=tmp_path, **SETTINGS)
    same(load_run(tmp_path), runs[0])
    monkeypatch.delitem(sys.modules, __name__)
    with pytest.raises(ValueError, match=r"import its module first \(--system .*test_saved:OwnConfig\)"):
        load_run(tmp_path)


def test_no_file_makes_anybody_import_a_module(folder, tmp_path, monkeypatch):
    (tmp_path / "trap.py").write_text("raise SystemExit('sprung')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("trap.Config", "euar.__main__.main", "euar.training.fit", "os.system", "", None):
        rewrite(folder / "seed-3", lambda fields, name=name: fields["config"].update(type=name))
        with pytest.raises(ValueError, match="config: expected a system of euar"):
            load_run(folder / "seed-3")


def test_a_configuration_that_cannot_be_read_back_is_named(tmp_path):
    fit(TinyConfig(), dataset(), out=tmp_path, **SETTINGS)
    with pytest.raises(ValueError, match=r"TinyConfig needs a from_dict\(\)"):
        load_run(tmp_path)


def test_a_configuration_of_another_version_is_named(folder):
    rewrite(folder / "seed-3", lambda fields: fields["config"].update(wings=2))
    with pytest.raises(DamagedFileError, match=r"model.json: expected a EUARConfig of this version, found"):
        load_run(folder / "seed-3")
