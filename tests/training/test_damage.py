"""Every file of a folder of runs, damaged in every way: one error that names it, and nothing else is lost."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch

from euar import sealed
from euar.files import DamagedFileError
from euar.training import Run, fit
from euar.training.loop import Training
from euar.training.run_files import npz_bytes, torch_bytes
from tests.training.tiny import TinyConfig, dataset

SETTINGS = {"epochs": 3, "lr": 0.05, "device": "cpu", "seeds": (0, 1)}
DEEP = "[" * 100_000 + "]" * 100_000
NESTED = '{"a":' * 40 + "1" + "}" * 40  # the parser takes it
ODD_JSON = {
    "empty": "",
    "truncated": None,
    "a list": "[1, 2]",
    "deep": DEEP,
    "nested": NESTED,
    "keys missing": "{}",
    "NaN": '{"seed": NaN}',
    "not UTF-8": b'{"seed": "\xff"}',
}


ODD_BYTES = {"empty": b"", "truncated": None, "text": b"nothing of the kind" * 20}
#: With a hash that fits: written by a program, not by a failing disk.
ODD_STATES = {
    "a list": torch_bytes([1, 2]),
    "keys missing": torch_bytes({"model": {}}),
    "deep": torch_bytes({"seed": json.loads("[" * 100 + "]" * 100)}),
    "code": torch_bytes({"seed": shutil.rmtree}),
    "no torch file": b"nothing of the kind",
    "an array": npz_bytes({"x": np.zeros(2)}),
}
ODD_ORIGINS = {
    "text": b"nothing of the kind",
    "a list": b"[1, 2]",
    "keys missing": b"{}",
    "deep": DEEP.encode(),
    "odd columns": b'{"config": null, "versions": {}, "preprocessing": {"columns": {"a": 1}}}',
}
CASES = [
    *(("checkpoint.pt", kind, content, False) for kind, content in ODD_BYTES.items()),
    *(("checkpoint.pt", f"sealed {kind}", content, True) for kind, content in ODD_STATES.items()),
    *(("weights.pt", kind, content, False) for kind, content in ODD_BYTES.items()),
    *(("weights.pt", f"listed {kind}", content, True) for kind, content in ODD_STATES.items()),
    *(("predictions.npz", kind, content, False) for kind, content in ODD_BYTES.items()),
    ("predictions.npz", "listed text", b"nothing of the kind", True),
    ("predictions.npz", "listed objects", npz_bytes({"valid": np.array([{}], dtype=object)}), True),
    ("predictions.npz", "listed other splits", npz_bytes({"autumn": np.zeros(3)}), True),
    *(("model.json", kind, content, False) for kind, content in ODD_BYTES.items()),
    *(("model.json", f"listed {kind}", content, True) for kind, content in ODD_ORIGINS.items()),
    *(("run.json", kind, content, False) for kind, content in ODD_JSON.items()),
    ("run.json", "sealed keys missing", {}, True),
    *(("identity.json", kind, content, False) for kind, content in ODD_JSON.items()),
]


@pytest.fixture(scope="module", autouse=True)
def constant_code():
    """The hash of the code costs more than these trainings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["euar.training.fit"], "code_sha256", lambda _type: "code")
        yield


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A folder with seed 0 complete and seed 1 in its second epoch, and the runs of a whole training."""
    folder, run_epoch, done = tmp_path_factory.mktemp("stopped"), Training.run_epoch, iter(range(100))

    def interrupted(self):
        if next(done) == 4:
            raise KeyboardInterrupt
        run_epoch(self)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Training, "run_epoch", interrupted)
        fit(TinyConfig(), dataset(), out=folder, **SETTINGS)
    return folder, fit(TinyConfig(), dataset(), **SETTINGS)


@pytest.fixture
def folder(stopped, tmp_path):
    return shutil.copytree(stopped[0], tmp_path / "copy")


def resume(folder):
    return fit(TinyConfig(), dataset(), out=folder, **SETTINGS)


def damage(path, content, fitting):
    """Put other content into a file; with a hash that fits, if asked for."""
    old = path.read_bytes()
    content = old[: len(old) // 2] if content is None else content
    if not fitting:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    elif path.name == "checkpoint.pt":
        sealed.write(path, content)
    elif path.name == "run.json":
        mine = {name: json.loads(old)[name] for name in ("seed", "identity", "files")}
        sealed.write_json(path, mine | content)
    else:
        path.write_bytes(content)
        fields = sealed.read_json(path.with_name("run.json"), "")
        fields["files"][path.name] = sealed.sha256(content)
        sealed.write_json(path.with_name("run.json"), fields)


def same(run, expected):
    assert (run.history, run.metrics) == (expected.history, expected.metrics)
    assert np.array_equal(run.predictions["test"], expected.predictions["test"])


def content_of(folder):
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("name", "content", "fitting"),
    [(name, content, fitting) for name, _, content, fitting in CASES],
    ids=[f"{name}-{kind}" for name, kind, _, _ in CASES],
)
def test_damage_is_one_named_error_and_costs_nothing_else(name, content, fitting, folder, stopped):
    home = {"checkpoint.pt": folder / "seed-1", "identity.json": folder}.get(name, folder / "seed-0")
    damage(home / name, content, fitting)
    before = content_of(folder)
    with pytest.raises(DamagedFileError) as caught:
        resume(folder)
    error = caught.value
    assert error.file == str(home / name)
    assert all((error.expected, error.found, error.remedy))
    assert "\n" not in str(error)
    assert len(str(error)) < 1000
    assert content_of(folder) == before
    if name == "identity.json":
        return
    shutil.rmtree(home) if str(home) in error.remedy else (home / name).unlink()  # the remedy helps
    for run, expected in zip(resume(folder), stopped[1], strict=True):
        same(run, expected)


def test_a_checkpoint_that_was_deleted_costs_one_epoch(tmp_path, monkeypatch):
    run_epoch, trained = Training.run_epoch, []

    def counted(self):
        trained.append(len(self.history) + 1)
        if len(trained) == 3:
            raise KeyboardInterrupt
        run_epoch(self)

    monkeypatch.setattr(Training, "run_epoch", counted)
    one = SETTINGS | {"seeds": (0,)}
    with pytest.raises(KeyboardInterrupt):
        fit(TinyConfig(), dataset(), out=tmp_path, **one)
    checkpoint = tmp_path / "seed-0" / "checkpoint.pt"
    damage(checkpoint, None, fitting=False)
    with pytest.raises(DamagedFileError, match="goes on from the epoch before, if that was kept"):
        fit(TinyConfig(), dataset(), out=tmp_path, **one)
    checkpoint.unlink()
    (run,) = fit(TinyConfig(), dataset(), out=tmp_path, **one)
    assert trained == [1, 2, 3, 2, 3]
    same(run, fit(TinyConfig(), dataset(), **one)[0])


@pytest.mark.parametrize("name", ["weights.pt", "predictions.npz", "model.json"])
def test_a_missing_part_of_a_run_is_named(name, folder):
    (folder / "seed-0" / name).unlink()
    with pytest.raises(DamagedFileError, match=rf"{name}: expected .*, found no such file; delete"):
        resume(folder)


@pytest.mark.parametrize("home", ["seed-1/checkpoint.pt", "seed-0/weights.pt", "seed-0/predictions.npz"])
def test_flipped_bytes_in_a_tensor_are_no_other_numbers(home, folder):
    content = bytearray((folder / home).read_bytes())
    start = next(  # of some numbers of the model or its predictions
        content.find(part) for part in payloads(folder / home) if content.find(part) >= 0
    )
    content[start] ^= 0x41
    (folder / home).write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"content with SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}"):
        resume(folder)


def payloads(path):
    if path.suffix == ".npz":
        return [values.tobytes() for values in np.load(path).values()]
    state = torch.load(path, weights_only=True)
    return [value.numpy().tobytes() for value in state.get("model", state).values()]


def test_the_files_stay_readable_without_euar(folder):
    state = torch.load(folder / "seed-1" / "checkpoint.pt", weights_only=True)
    assert (state["seed"], len(state["history"])) == (1, 1)
    assert set(torch.load(folder / "seed-0" / "weights.pt", weights_only=True)) >= {"layers.a.weight"}
    assert set(np.load(folder / "seed-0" / "predictions.npz")) == {"valid", "test"}


@pytest.mark.parametrize(("name", "where"), [("run.json", (0, 1)), ("checkpoint.pt", (1, 0))])
def test_another_seeds_state_is_refused(name, where, folder):
    old, new = (folder / f"seed-{seed}" for seed in where)
    shutil.rmtree(new)
    old.rename(new)
    with pytest.raises(
        DamagedFileError, match=rf"{name}: expected seed {where[1]} of .*, found seed {where[0]} of"
    ):
        resume(folder)


@pytest.mark.parametrize("name", ["run.json", "checkpoint.pt"])
@pytest.mark.parametrize("change", [{"lr": 0.5}, {"config": TinyConfig(noise=0.2)}])
def test_a_seed_of_another_training_is_refused(name, change, folder, tmp_path):
    seed = 0 if name == "run.json" else 1
    call = {"config": TinyConfig(), "dataset": dataset(), **SETTINGS, "seeds": (5,)}
    fit(**call | change, out=tmp_path / "other")
    (folder / "identity.json").write_bytes((tmp_path / "other" / "identity.json").read_bytes())
    with pytest.raises(DamagedFileError, match=rf"{name}: expected seed {seed} of the training"):
        fit(**call | change | {"seeds": (seed,)}, out=folder)


def test_seeds_without_an_identity_are_not_taken_over(folder):
    (folder / "identity.json").unlink()
    before = content_of(folder)
    with pytest.raises(DamagedFileError, match=r"identity.json: expected .* seed-0, seed-1 .* no such file"):
        fit(TinyConfig(), dataset(), out=folder, **SETTINGS | {"lr": 0.5})
    assert content_of(folder) == before


def test_a_run_saved_by_hand_belongs_to_no_training(stopped, folder):
    stopped[1][:1].save(folder)
    with pytest.raises(DamagedFileError, match="found seed 0 of None"):
        resume(folder)


def test_a_run_keeps_its_identity(folder, tmp_path):
    runs = resume(folder)
    assert len({run.identity for run in runs}) == 1
    runs.save(tmp_path / "again")
    assert Run.load(tmp_path / "again" / "seed-1", TinyConfig().build()).identity == runs[1].identity
