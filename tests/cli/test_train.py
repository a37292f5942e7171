import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from euar import cli
from euar.experiments import store
from euar.experiments.measurement import Result
from euar.training import TrainingError
from tests.training.tiny import dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return str(dataset(80).to_hdf5(tmp_path_factory.mktemp("data") / "tiny.h5"))


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_train_prints_a_table_and_writes_the_result(data, tmp_path):
    done = euar("train", data, "--seeds", "0,3", "--epochs", 2, "--lr", 0.01, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["config"]["request"]["seeds"] == [0, 3]
    assert result["config"]["request"]["recipe"] == {
        "epochs": 2,
        "batch_size": 16,
        "lr": 0.01,
        "weight_decay": 1e-4,
        "select": "valid",
    }
    for words in ("MAE", "±", "ridge", "constant", "95 % interval", "result.json"):
        assert words in done.stdout


def test_the_recipe_of_the_grid_is_the_default(data, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "recipe", lambda data: {"lr": 0.02, "epochs": 1})
    euar("train", data, "--seeds", 1, "--out", tmp_path / "a")
    euar("train", data, "--seeds", 1, "--epochs", 2, "--out", tmp_path / "b")
    training = [
        json.loads((tmp_path / x / "result.json").read_text())["config"]["request"]["recipe"] for x in "ab"
    ]
    assert [(used["lr"], used["epochs"]) for used in training] == [(0.02, 1), (0.02, 2)]


def test_another_configuration_in_the_same_folder(data, tmp_path):
    euar("train", data, "--seeds", 1, "--epochs", 1, "--out", tmp_path)
    more = euar("train", data, "--seeds", 2, "--epochs", 1, "--out", tmp_path)
    assert more.exit_code == 0
    other = euar("train", data, "--seeds", 1, "--epochs", 2, "--out", tmp_path)
    assert other.exit_code == 2
    assert "training.epochs: there 1, here 2" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.h5"], "nowhere.h5"),
        (["{data}", "--seeds", "x"], "seeds: expected a number such as 5"),
        (["{data}", "--seeds", "0"], "seeds: expected"),
        (["{data}", "--seeds", "1,1"], "seeds: expected different"),
        (["{data}", "--seeds", "2000000000"], "found range(0, 2000000000); at most 10000 of them"),
        (["{data}", "--seeds", str(2**70)], "at most 10000 of them"),
        (["{data}", "--device", "mps"], "device: expected 'auto', 'cpu' or 'cuda', found 'mps'"),
        (["{data}", "--preset", "best"], "expected one of default, paper, released"),
        (["{data}", "--epochs", "0"], "epochs: expected an int of at least 1"),
        (["{data}", "--device", "tpu-7"], "device: expected"),
        (["{data}", "--variant", "x"], "variant"),
    ],
)
def test_bad_input_is_one_block_and_exit_2(arguments, words, data, tmp_path):
    done = euar("train", *[word.format(data=data) for word in arguments], "--out", tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith("euar: ")
    assert words in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "result.json").exists()


def test_failed_training_is_exit_1(data, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise TrainingError("seed 0, epoch 1, step 1 of 4: kl not finite")

    monkeypatch.setattr(cli.Train, "train", fail)
    done = euar("train", data, "--out", tmp_path)
    assert (done.exit_code, done.stderr) == (1, "euar: seed 0, epoch 1, step 1 of 4: kl not finite\n")


def test_only_what_was_measured_on_the_same_rows_and_modalities_stands_beside(data, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    options = ["--seeds", 2, "--epochs", 1]
    for system, features in (("paper", {"a": 3, "b": 2}), ("concat", {"a": 3})):
        euar("train", data, "--preset", system, *options, "--out", tmp_path / system)
        result = json.loads((tmp_path / system / "result.json").read_text())
        result["data"]["features"] = features
        result["data"]["sha256"] = result["data"]["sha256"] if len(features) == 2 else "0" * 64
        store.save_result(Result({**result, "experiment": "tiny"}, {}), tmp_path / "results")
    shown = euar("train", data, *options, "--out", tmp_path / "run").stdout
    assert "EUAR, paper" in shown
    assert "concat" not in shown


@pytest.mark.parametrize(
    ("text", "seeds"), [("5", (0, 1, 2, 3, 4)), ("1", (0,)), ("0,3,7", (0, 3, 7)), ("3,", (3,))]
)
def test_seeds(text, seeds):
    assert cli._parse_seeds(text) == seeds


def test_results_of_the_package(data, tmp_path, monkeypatch):
    euar("train", data, "--seeds", 2, "--epochs", 1, "--out", tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    store.save_result(Result(result, {}), tmp_path / "results")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    assert euar("results").stdout == "train: 1\n"
    shown = euar("results", "train")
    assert shown.exit_code == 0
    assert result["key"] in shown.stdout
    assert "older code" not in shown.stdout
    assert euar("results", "table-9").exit_code == 2


def test_results_of_older_code_say_so(data, tmp_path, monkeypatch):
    euar("train", data, "--seeds", 2, "--epochs", 1, "--out", tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    result["code"]["sha256"] = "0" * 64
    store.save_result(Result(result, {}), tmp_path / "results")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    assert "measured with older code" in euar("results", "train").stdout


def test_a_damaged_result_is_one_block_and_exit_2(tmp_path, monkeypatch):
    path = tmp_path / "results" / "train" / "0.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    done = euar("results", "train")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"euar: {path}: expected a JSON object in UTF-8, found JSONDecodeError")


def test_a_damaged_checkpoint_is_one_block_and_exit_2(data, tmp_path):
    call = ("train", data, "--seeds", 1, "--epochs", 1, "--out", tmp_path)
    assert euar(*call).exit_code == 0
    weights = tmp_path / "seed-0" / "weights.pt"
    weights.write_bytes(weights.read_bytes()[:-9])
    done = euar(*call)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"euar: {weights}: expected content with SHA-256 ")
    assert "Traceback" not in done.output


def test_an_unknown_experiment_is_exit_2():
    done = euar("experiment", "table-9")
    assert done.exit_code == 2
    assert "expected one of data_and_leaks, kl_regularisation" in done.stderr


def test_help_names_the_options():
    shown = euar("train", "--help").stdout
    for option in ("--preset", "--seeds", "--epochs", "--device", "--out", "--variant", "--task"):
        assert option in shown


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_line_says_what_to_install(missing):
    code = f"import sys; sys.modules |= {{'{missing}': None, '{missing}.console': None}}; import euar.cli"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert 'pip install "euar[cli]"' in done.stderr
