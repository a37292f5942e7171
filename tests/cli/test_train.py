import dataclasses
import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from euar import cli
from euar.cli import train as command
from euar.experiments import measurement, store
from euar.experiments.measurement import Result
from euar.experiments.tuned import RECIPE
from euar.model import EUARConfig
from euar.training import TrainingError
from tests.cli.refused import assert_refused
from tests.data.readers.writers.pickles import mmsa
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


def test_how_to_train_stands_in_the_result(data, tmp_path):
    recipe = {"warmup": 0.25, "patience": 3, "accumulate": 2, "precision": "bf16-mixed"}
    options = [part for name, value in recipe.items() for part in (f"--{name}", value)]
    call = ("--preset", "concat", "--seeds", 2, "--epochs", 2, "--jobs", 2, *options)
    done = euar("train", data, *call, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    request = json.loads((tmp_path / "result.json").read_text())["config"]["request"]
    assert {name: request["recipe"][name] for name in recipe} == recipe
    assert "compile" not in request["recipe"]
    assert "devices" not in request
    assert json.loads((tmp_path / "identity.json").read_text())["training"]["patience"] == 3


def test_options_reach_fit(data, tmp_path, monkeypatch):
    asked = []

    def fit(*_args, **how):
        asked.append(how)
        raise TrainingError("enough")

    monkeypatch.setattr(measurement, "fit", fit)
    call = ("--compile", "--devices", 2, "--strategy", "ddp", "--jobs", 3)
    assert euar("train", data, *call, "--out", tmp_path).exit_code == 1
    expected = {"compile": True, "devices": 2, "strategy": "ddp", "jobs": 3}
    assert {name: asked[0][name] for name in expected} == expected


def test_the_recipe_of_the_grid_is_the_default(data, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "recipe", lambda data: {"lr": 0.02, "epochs": 1})
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
        (["{data}", "--warmup", "1"], "warmup: expected a number from 0 to below 1, found 1.0"),
        (["{data}", "--patience", "0"], "patience: expected an int of at least 1, found 0"),
        (["{data}", "--precision", "16"], "precision: expected one of '32-true', 'bf16-mixed', found '16'"),
        (["{data}", "--devices", "0"], "devices: expected an int of at least 1, found 0"),
        (["{data}", "--strategy", "fsdp"], "strategy: expected one of 'auto', 'ddp'"),
        (["{data}", "--jobs", "0"], "jobs: expected an int of at least 1, found 0"),
        (["{data}", "--encoder-lr", "1e-4"], "encoder_lr: expected --end-to-end beside, found none"),
        (["{data}", "--end-to-end"], "raw: expected texts, pictures or frames"),
    ],
)
def test_bad_input_is_one_block_and_exit_2(arguments, words, data, tmp_path):
    done = euar("train", *[word.format(data=data) for word in arguments], "--out", tmp_path)
    assert_refused(done, words)
    assert not (tmp_path / "result.json").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--picture-encoder", "resnet18"), "picture: expected pictures, which it is for, found none among"),
        (("--text-encoder", "nowhere/model"), "model: expected a folder, or NAME@COMMIT"),
        (("--text-encoder", ""), "model: expected a text, found ''"),
    ],
)
def test_an_encoder_that_frames_and_texts_cannot_have_is_refused(said, words, tmp_path):
    call = ("train", mmsa.write(tmp_path), "--end-to-end", *said, "--epochs", 1, "--seeds", 1)
    assert_refused(euar(*call, "--out", tmp_path / "out"), words)
    assert not (tmp_path / "out" / "result.json").exists()


def test_what_is_said_of_encoders_reaches_the_measurement(data, tmp_path, monkeypatch):
    asked = []

    def stop(one, *_args, **_how):
        asked.append(one)
        raise TrainingError("enough")

    monkeypatch.setattr(command, "_check", lambda _asked: None)
    monkeypatch.setattr(command.Along, "train", stop)
    said = ("--text-encoder", "mine", "--picture-encoder", "resnet18", "--encoder-lr", 1e-4)
    blocks = ("--frozen-blocks", 3, "--cache-frozen")
    euar("train", data, "--end-to-end", *said, *blocks, "--epochs", 2, "--k", 1, "--out", tmp_path)
    (one,) = asked
    assert (one.text, one.picture, one.encoder_lr) == ("mine", "resnet18", 1e-4)
    assert (one.frozen, one.cached) == (3, True)
    assert (one.recipe, one.changes) == (replace(RECIPE, epochs=2), {"k": 1})


def test_failed_training_is_exit_1(data, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise TrainingError("seed 0, epoch 1, step 1 of 4: kl not finite")

    monkeypatch.setattr(command.Train, "train", fail)
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


def test_a_damaged_checkpoint_is_one_block_and_exit_2(data, tmp_path):
    call = ("train", data, "--seeds", 1, "--epochs", 1, "--out", tmp_path)
    assert euar(*call).exit_code == 0
    weights = tmp_path / "seed-0" / "weights.pt"
    weights.write_bytes(weights.read_bytes()[:-9])
    done = euar(*call)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"euar: {weights}: expected content with SHA-256 ")
    assert "Traceback" not in done.output


def test_an_option_for_each_field_changes_the_model(data, tmp_path):
    words = {
        "k": 1,
        "num-experts": 3,
        "head": "mlp",
        "log-var-range": "-4,2",
        "u-detach": "none",
        "renormalize": "none",
        "alpha": 0.5,
    }
    options = [part for name, word in words.items() for part in (f"--{name}", word)]
    done = euar("train", data, "--seeds", 1, "--epochs", 1, "--out", tmp_path, *options)
    assert done.exit_code == 0, done.output
    config = json.loads((tmp_path / "result.json").read_text())["config"]
    expected = {name.replace("-", "_"): word for name, word in words.items()}
    expected |= {"log_var_range": [-4, 2], "u_detach": None}
    assert config["request"]["changes"] == expected
    assert {name: config["model"][name] for name in expected} == expected
    assert "k=1" in done.stdout


def test_every_field_that_the_data_do_not_decide_has_an_option():
    shown = euar("train", "--help").stdout
    fields = {field.name for field in dataclasses.fields(EUARConfig)} - {"in_features", "task", "outputs"}
    assert [name for name in fields if f"--{name.replace('_', '-')}" not in shown] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("model.toml", "k = 1\ndim = 8\nlog_var_range = [-3, 3]\n"), ("model.json", None)],
)
def test_a_file_gives_fields_and_options_come_first(name, text, data, tmp_path):
    known = EUARConfig({"a": 3, "b": 2}, k=1, dim=8, log_var_range=(-3, 3))
    (tmp_path / name).write_text(json.dumps(known.to_dict()) if text is None else text)
    call = ("--seeds", 1, "--epochs", 1, "--config", tmp_path / name, "--dim", 6, "--out", tmp_path / "run")
    done = euar("train", data, *call)
    assert done.exit_code == 0, done.output
    model = json.loads((tmp_path / "run" / "result.json").read_text())["config"]["model"]
    assert (model["k"], model["dim"], model["log_var_range"]) == (1, 6, [-3, 3])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "model.json: expected the fields of a configuration, found JSONDecodeError"),
        ("[1]", "a list at the top"),
        ('{"kk": 1}', "kk: default has no such field; it has in_features, dim"),
        ('{"outputs": 4}', "outputs: expected 1, as in the data, found 4; leave it out"),
        ('{"k": "x"}', "k: expected an int of at least 1, found 'x'"),
    ],
)
def test_a_file_that_does_not_fit_is_one_block(content, words, data, tmp_path):
    (tmp_path / "model.json").write_text(content)
    done = euar("train", data, "--config", tmp_path / "model.json", "--out", tmp_path / "run")
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / "run" / "result.json").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--system", "concat", "--k", "2"], "k: concat has no such field; it has in_features, dim"),
        (["--config", "nowhere.toml"], "'nowhere.toml' does not exist"),
        (["--k", "0"], "k: expected an int of at least 1, found 0"),
        (["--head", "x"], "head: expected one of 'linear', 'mlp', found 'x'"),
        (["--log-var-range", "a,b"], "log_var_range: expected (low, high)"),
        (["--preset", "paper,paper"], "system: expected different ones, found paper,paper"),
        (["--preset", "paper,"], "system: expected one of default"),
        (["--preset", "paper,concat", "--k", "2"], "k: concat has no such field"),
    ],
)
def test_options_that_do_not_fit_are_one_block(options, words, data, tmp_path):
    done = euar("train", data, *options, "--out", tmp_path)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not list(tmp_path.rglob("result.json"))


def test_several_systems_stand_beside_each_other(data, tmp_path):
    names = "default,paper,concat,late-fusion"
    done = euar("train", data, "--preset", names, "--seeds", 1, "--epochs", 1, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert done.stdout.count("Task: ") == 1
    for name in names.split(","):
        assert json.loads((tmp_path / name / "result.json").read_text())["config"]["name"] == name
    (header,) = [line for line in done.stdout.splitlines() if "EUAR, paper" in line and "metric" in line]
    assert header.split() == ["metric", "EUAR", "EUAR,", "paper", "concat", "ridge", "constant"]


def test_help_names_the_options():
    shown = euar("train", "--help").stdout
    for option in ("--preset", "--seeds", "--epochs", "--device", "--out", "--variant", "--task"):
        assert option in shown
    for option in ("--warmup", "--patience", "--accumulate", "--precision", "--compile"):
        assert option in shown
    for option in ("--devices", "--strategy", "--jobs"):
        assert option in shown
