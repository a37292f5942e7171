"""From a training to a table, as a user does it."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from euar import cli
from euar.data import load
from tests.cli.refused import assert_refused
from tests.training.tiny import dataset


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """A training on the embedded set."""
    folder = tmp_path_factory.mktemp("embedded")
    done = euar("train", "embedded", "--seeds", 2, "--epochs", 1, "--device", "cpu", "--out", folder)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A training on ratings from about 10 to 90."""
    folder = tmp_path_factory.mktemp("tiny")
    data = dataset(target=(dataset().target * 13 + 50).astype(np.float32)).to_hdf5(folder / "tiny.h5")
    done = euar("train", data, "--seeds", 1, "--epochs", 2, "--lr", 0.01, "--out", folder / "run")
    assert done.exit_code == 0, done.output
    return folder / "run", done.stdout


def test_the_saved_embedded_run_repeats_its_test_predictions(embedded, tmp_path):
    data, result = load("embedded"), json.loads((embedded / "result.json").read_text())
    at = data.split == "test"
    kept = {seed: np.load(embedded / f"seed-{seed}" / "predictions.npz")["test"] for seed in (0, 1)}
    expected = {f"seed-{seed}": values for seed, values in kept.items()} | {
        "": np.mean([*kept.values()], axis=0)
    }
    for place, values in expected.items():
        out = tmp_path / f"{place}.csv"
        done = euar("predict", embedded / place, "embedded", "--out", out, "--device", "cpu")
        assert done.exit_code == 0, done.output
        rows = table(out)
        assert [row["id"] for row in rows] == data.ids.tolist()
        found = np.array([float(row["prediction"]) for row in rows])[at]
        assert np.abs(found - values).max() < 1e-6
        if place:
            mae = np.abs(found - data.target[at]).mean()
            assert mae == pytest.approx(result["runs"][int(place[-1])]["test"]["mae"], abs=1e-6)


def test_features_alone_in_a_file(tiny, tmp_path):
    data = dataset()
    np.savez(tmp_path / "new.npz", id=data.ids[:5], **{m: x[:5] for m, x in data.modalities.items()})
    done = euar("predict", tiny[0], tmp_path / "new.npz", "--out", tmp_path / "p.csv", "--routing", "--sigma")
    assert done.exit_code == 0, done.output
    rows = table(tmp_path / "p.csv")
    assert [row["id"] for row in rows] == data.ids[:5].tolist()
    assert all(0 < float(row["prediction"]) < 100 for row in rows)
    assert {"a:expert-1", "a:weight-3", "b:sigma"} <= set(rows[0])
    assert done.stdout == f"{tmp_path / 'p.csv'}: 5 rows, 16 columns\n"


def test_a_missing_modality_is_one_line(tiny, tmp_path):
    np.savez(tmp_path / "new.npz", a=dataset().modalities["a"])
    done = euar("predict", tiny[0], tmp_path / "new.npz", "--out", tmp_path / "p.csv")
    assert (done.exit_code, done.stderr) == (0, "euar: new: no b: predicted without\n")


@pytest.mark.parametrize("place", ["new/p.csv", "p.csv"])
def test_predictions_are_not_written_among_features(place, tiny, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "labels.csv").write_text("id,label\n0,1.5\n")
    np.save(tmp_path / "new" / "a.npy", np.nan_to_num(dataset().modalities["a"]))
    done = euar("predict", tiny[0], tmp_path / "new", "--out", tmp_path / place)
    assert_refused(done, "where it would be read as a modality")
    assert not (tmp_path / place).exists()


def test_nan_in_new_rows(tiny, tmp_path):
    values = np.array(dataset().modalities["a"])
    values[0, 0] = np.nan
    np.savez(tmp_path / "new.npz", a=values)
    call = ("predict", tiny[0], tmp_path / "new.npz", "--out", tmp_path / "p.csv")
    refused = euar(*call)
    assert refused.exit_code == 2
    assert "(--nan zero)" in refused.stderr
    assert not (tmp_path / "p.csv").exists()
    assert euar(*call, "--nan", "zero").exit_code == 0
    assert "--nan: expected refuse or zero, found one" in euar(*call, "--nan", "one").stderr.replace("'", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{run}/nowhere", "{new}"], "expected the folder of a run"),
        (["{run}", "nowhere.csv"], "nowhere.csv: name_or_path"),
        (["{run}", "embedded"], "embedded: modalities: expected some of a, b, found"),
        (["{run}", "{new}", "--system", "no_such_module:Config"], "no_such_module"),
        (["{run}", "{new}", "--device", "mps"], "device: expected"),
    ],
)
def test_bad_input_is_one_block_and_exit_2(arguments, words, tiny, tmp_path):
    np.savez(tmp_path / "new.npz", **{m: np.nan_to_num(x) for m, x in dataset().modalities.items()})
    given = [word.format(run=tiny[0], new=tmp_path / "new.npz") for word in arguments]
    done = euar("predict", *given, "--out", tmp_path / "p.csv")
    assert_refused(done, words)
    assert not (tmp_path / "p.csv").exists()


def test_train_names_task_rows_and_scale_first(tiny, embedded, tmp_path):
    lines = tiny[1].splitlines()
    assert lines[0].startswith("Task: regression; ratings from ")
    assert "not on the sentiment scale: learned with mean 0 and SD 1" in lines[0]
    assert lines[1] == "Rows: 60 train, 30 valid, 30 test"
    assert "RMSE" in tiny[1]
    assert "acc2" not in tiny[1]
    failing = euar("train", "embedded", "--epochs", 1, "--lr", 1e30, "--seeds", 1, "--out", tmp_path)
    assert failing.exit_code == 1  # what is told first is told even if training fails
    assert failing.stdout.startswith("Task: regression; ratings on the sentiment scale, within [-3, 3]")
    assert "acc2" in json.loads((embedded / "result.json").read_text())["runs"][0]["test"]


def test_integer_labels_are_asked_about(tmp_path):
    data = dataset()
    lines = [
        "id,label,split",
        *(f"{i},{n % 5},{s}" for n, (i, s) in enumerate(zip(data.ids, data.split, strict=True))),
    ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "labels.csv").write_text("\n".join(lines))
    np.save(tmp_path / "data" / "a.npy", data.modalities["a"])
    call = ("train", tmp_path / "data", "--seeds", 1, "--epochs", 1)
    asked = euar(*call, "--out", tmp_path / "run")
    assert asked.exit_code == 2
    assert (
        "integers, 5 different from 0 to 4; say --task classification, or --task regression" in asked.stderr
    )
    assert not (tmp_path / "run").exists()
    for task, metric in (("regression", "rmse"), ("classification", "accuracy")):
        done = euar(*call, "--task", task, "--out", tmp_path / task)
        assert done.stdout.startswith(f"Task: {task}; ")
        result = json.loads((tmp_path / task / "result.json").read_text())
        assert metric in result["runs"][0]["test"]
        assert result["config"]["request"]["task"] == task
    assert euar(*call, "--task", "ranking", "--out", tmp_path / "run").exit_code == 2
    euar("predict", tmp_path / "classification", tmp_path / "data", "--out", tmp_path / "p.csv")
    assert list(table(tmp_path / "p.csv")[0]) == ["id", "prediction", *(f"p({n})" for n in range(5))]


OWN = """
from dataclasses import dataclass
from euar.model import EUARConfig

@dataclass(frozen=True)
class Config(EUARConfig):
    pass
"""


def test_a_system_of_ones_own_is_named(tmp_path, monkeypatch):
    (tmp_path / "own_system_to_predict.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    data, name = dataset().to_hdf5(tmp_path / "tiny.h5"), "own_system_to_predict:Config"
    run = tmp_path / "run"
    assert euar("train", data, "--system", name, "--seeds", 1, "--epochs", 1, "--out", run).exit_code == 0
    monkeypatch.delitem(cli.sys.modules, "own_system_to_predict")
    call = ("predict", run, data, "--out", tmp_path / "p.csv")
    refused = euar(*call)
    assert refused.exit_code == 2
    assert f"--system {name}" in refused.stderr
    assert euar(*call, "--system", name).exit_code == 0


def test_help_names_the_options():
    shown = euar("predict", "--help").stdout
    for option in ("--out", "--routing", "--sigma", "--nan", "--system", "--variant", "--device"):
        assert option in shown
