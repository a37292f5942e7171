"""Every file that the package writes and reads again, damaged in every way: one block at the command line."""

import json
import os
import shutil
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from euar import cli
from euar.cli import experiment
from euar.data import catalogue, features
from euar.data.features.extract import _append, _batches_in
from euar.experiments import store
from euar.experiments.measurement import Predicted, Result
from euar.resources import resource
from euar.systems.concat import Concat
from euar.training.loop import Training
from tests.data.features.sources import Lengths
from tests.data.readers.writers.mosi import label_csv
from tests.training.tiny import dataset

DEEP = b"[" * 100_000 + b"]" * 100_000


def fields(change):
    """Return a damage to an object in JSON."""
    return lambda content: json.dumps(change(json.loads(content))).encode()


def flipped(content, place=None):
    """Change one bit, by default in the middle."""
    changed = bytearray(content)
    changed[len(content) // 2 if place is None else place] ^= 1
    return bytes(changed)


ANY = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "garbage": lambda content: b"nothing of the kind" * 30,
    "a list": lambda content: b"[1, 2]",
    "deep": lambda content: DEEP,
    "the first byte flipped": partial(flipped, place=0),
    "a byte flipped": flipped,
    "the last byte flipped": partial(flipped, place=-1),
}
JSON = ANY | {
    "no keys": lambda content: b"{}",
    "the first key missing": fields(lambda value: dict(list(value.items())[1:])),
    "numbers for all": fields(lambda value: dict.fromkeys(value, 3)),
    "lists for all": fields(lambda value: {name: [[]] for name in value}),
    "nothing for all": fields(dict.fromkeys),
    "not UTF-8": lambda content: content.replace(b'"', b'"\xff', 1),
}
HDF5 = {kind: ANY[kind] for kind in list(ANY)[:-2]}  # not every byte counts there, see test_storage
RUNS = {"identity.json": JSON, "seed-0/run.json": JSON}
RUNS |= dict.fromkeys(("seed-0/weights.pt", "seed-0/predictions.npz", "seed-1/checkpoint.pt"), ANY)


def cases(files):
    return [
        pytest.param(name, damage, id=f"{name}-{kind}")
        for name, kinds in files.items()
        for kind, damage in kinds.items()
    ]


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def contents(folder):
    passing = (".lock", ".h5.lock")
    return {f: f.read_bytes() for f in folder.rglob("*") if f.is_file() and not f.name.endswith(passing)}


def explained(done, path):
    """Check that a command said in one line which file it cannot use, and what to do."""
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.startswith(f"euar: {path}: ")
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < len(str(path)) + 1500
    assert " expected " in done.stderr
    assert done.stderr.rpartition("; ")[2].strip()


def damaged(path, damage, command, folder):
    """Damage a file; the command names it and touches nothing."""
    path.write_bytes(damage(path.read_bytes()))
    before = contents(folder)
    explained(euar(*command), path)
    assert contents(folder) == before


@pytest.fixture(scope="module", autouse=True)
def constant_code():
    """The hash of the code costs more than these trainings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["euar.training.fit"], "code_sha256", lambda _types: "code")
        patch.setattr(Concat, "stacks", False)  # one seed after the other: one is done, one under way
        yield


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The command of a training, and its folder: seed 0 is done, seed 1 stopped in its second epoch."""
    home = tmp_path_factory.mktemp("stopped")
    options = ("--system", "concat", "--seeds", 2, "--epochs", 2, "--lr", 0.01)
    command = ("train", dataset(80).to_hdf5(home / "tiny.h5"), *options, "--out")
    run_epoch, done = Training.run_epoch, iter(range(100))

    def interrupted(self):
        if next(done) == 3:
            raise KeyboardInterrupt
        run_epoch(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "run_epoch", interrupted)
        assert euar(*command, home / "runs").exit_code == 130
    return command, home / "runs"


@pytest.mark.parametrize(("name", "damage"), cases(RUNS))
def test_a_file_of_a_training(name, damage, stopped, tmp_path):
    command, runs = stopped
    folder = shutil.copytree(runs, tmp_path / "runs")
    damaged(folder / name, damage, (*command, folder), folder)


def test_the_folder_of_these_cases_continues_when_it_is_whole(stopped, tmp_path):
    command, runs = stopped
    assert euar(*command, shutil.copytree(runs, tmp_path / "runs")).exit_code == 0


@pytest.fixture(scope="module")
def a_result(stopped, tmp_path_factory):
    command, runs = stopped
    folder = tmp_path_factory.mktemp("results")
    assert euar(*command, shutil.copytree(runs, folder / "runs")).exit_code == 0
    record = json.loads((folder / "runs" / "result.json").read_text())
    said = {"test": Predicted(np.array(["a"]), np.zeros((2, 1)))}
    return store.save_result(Result(record, said), folder / "all")


@pytest.fixture
def kept(a_result, tmp_path, monkeypatch):
    """The file of a result, and {command: what reads it}."""
    root = shutil.copytree(a_result.parent.parent, tmp_path / "results")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    path = root / "train" / a_result.name
    monkeypatch.setattr(experiment, "run_experiment", lambda *_: iter([path]))
    return path


READING = [("results", "train"), ("results",), ("experiment", "quick_start", "--only", "paper")]


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("damage", JSON.values(), ids=JSON)
def test_a_result(damage, command, kept):
    damaged(kept, damage, command, kept.parent)


WITHOUT = {
    "runs": fields(lambda value: value | {"runs": 3}),
    "a metric": fields(lambda value: value | {"baselines": {"ridge": {}}}),
    "features": fields(lambda value: value | {"data": value["data"] | {"features": None}}),
}


@pytest.mark.parametrize("damage", WITHOUT.values(), ids=WITHOUT)
def test_an_odd_result_of_before_there_were_hashes(damage, kept):
    unsealed = fields(lambda value: {name: part for name, part in value.items() if name != "sha256"})
    kept.write_bytes(unsealed(kept.read_bytes()))
    whole = kept.read_bytes()
    for command in (("results", "train"), ("results", "train", "--csv"), ("compare", kept, kept)):
        kept.write_bytes(whole)
        kept.with_suffix(".npz").unlink(missing_ok=True)  # made up: it has no rows of the data
        assert euar(*command).exit_code == 0
        damaged(kept, damage, command, kept.parent)


@pytest.mark.parametrize("damage", HDF5.values(), ids=HDF5)
def test_a_file_of_features(damage, tmp_path, monkeypatch):
    monkeypatch.setitem(features.EXTRACTORS, "lengths", ((), Lengths))
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "cache"))
    command = ("features", label_csv.write(tmp_path), "--texts", "lengths")
    assert euar(*command).exit_code == 0
    (path,) = (tmp_path / "cache" / "features").glob("*.h5")
    damaged(path, damage, command, tmp_path)
    path.unlink()  # as the remedy says
    assert euar(*command).exit_code == 0


@pytest.mark.parametrize("damage", ANY.values(), ids=ANY)
def test_batches_of_features_that_wait_are_used_only_if_whole(damage, tmp_path):
    part, batches = tmp_path / "x.part", [np.full((2, 3), number) for number in range(3)]
    with part.open("ab") as file:
        for batch in batches:
            _append(file, batch)
    whole = part.read_bytes()
    part.write_bytes(damage(whole))
    found = _batches_in(part)
    assert len(found) < 3
    assert all(np.array_equal(*pair) for pair in zip(found, batches, strict=False))
    assert whole.startswith(part.read_bytes())


@pytest.mark.parametrize("damage", HDF5.values(), ids=HDF5)
def test_a_converted_set(damage, tmp_path):
    path = dataset(80).to_hdf5(tmp_path / "tiny.h5")
    damaged(path, damage, ("train", path, "--out", tmp_path / "runs"), tmp_path)


@pytest.mark.parametrize("command", [("list",), ("info", "mosi"), ("get", "mosi")])
@pytest.mark.parametrize(
    "kind", sorted(JSON.keys() - {"a byte flipped", "no keys"})
)  # it ships, and may list nothing
def test_the_catalogue(kind, command, tmp_path, monkeypatch):
    path = tmp_path / "catalogue.json"
    shutil.copy(resource(catalogue.FILE), path)
    monkeypatch.setattr(catalogue, "resource", lambda name: path)
    catalogue._read.cache_clear()
    within = fields(lambda value: {name: dict(list(entry.items())[1:]) for name, entry in value.items()})
    try:
        damaged(path, within if kind == "the first key missing" else JSON[kind], ("data", *command), tmp_path)
    finally:
        catalogue._read.cache_clear()


def _pipe(path):
    os.mkfifo(path)


def _device(path):
    path.symlink_to("/dev/zero")


PLACES = {"a folder": Path.mkdir, "a named pipe": _pipe, "a device": _device}
READ = [
    "identity.json",
    "seed-0/run.json",
    "seed-0/weights.pt",
    "seed-0/predictions.npz",
    "seed-0/model.json",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", [*READ, "seed-1/checkpoint.pt"])
def test_what_is_no_file_of_a_training(name, place, stopped, tmp_path):
    command, runs = stopped
    folder = shutil.copytree(runs, tmp_path / "runs")
    (folder / name).unlink()
    PLACES[place](folder / name)
    done = euar(*command, folder)
    explained(done, folder / name)
    assert f"found {place}; " in done.stderr


@pytest.mark.parametrize(
    "name", [".lock", "seed-0/checkpoint.pt", "seed-1/checkpoint.previous.pt", "result.json"]
)
def test_a_folder_where_a_training_writes_a_file(name, stopped, tmp_path):
    command, runs = stopped
    folder = shutil.copytree(runs, tmp_path / "runs")
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    explained(euar(*command, folder), folder / name)
    (folder / name).rmdir()  # as the remedy says
    assert euar(*command, folder).exit_code == 0


@pytest.mark.parametrize("name", ["seed-0", "seed-1"])
def test_a_file_where_a_training_has_a_folder(name, stopped, tmp_path):
    command, runs = stopped
    folder = shutil.copytree(runs, tmp_path / "runs")
    shutil.rmtree(folder / name)
    (folder / name).write_text("a note")
    explained(euar(*command, folder), folder / name)
    assert (folder / name).read_text() == "a note"


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_of_a_result_or_a_configuration(place, stopped, kept, tmp_path):
    command, _ = stopped
    whole, odd = (
        shutil.copytree(kept.parent, tmp_path / "whole") / kept.name,
        tmp_path / "odd" / "result.json",
    )
    odd.parent.mkdir()
    PLACES[place](odd)
    for asked in (("compare", odd.parent, whole), (*command, tmp_path / "new", "--config", odd)):
        done = euar(*asked)
        explained(done, odd)
        assert f"found {place}; " in done.stderr
    assert not (tmp_path / "new").exists()
