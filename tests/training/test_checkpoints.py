import errno
import sys
from pathlib import Path

import numpy as np
import pytest

from euar.model import EUARConfig
from euar.training import fit
from euar.training.loop import Training
from tests.training.tiny import TinyConfig, dataset

SETTINGS = {"epochs": 5, "lr": 0.5, "device": "cpu"}


class InterruptionError(Exception):
    pass


@pytest.fixture(scope="module")
def whole():
    return fit(TinyConfig(), dataset(), seeds=(0, 1), **SETTINGS)


@pytest.mark.parametrize("epoch", range(10))
def test_a_run_continues_to_the_same_bits(epoch, whole, tmp_path, monkeypatch):
    run_epoch, done = Training.run_epoch, iter(range(100))

    def interrupted(self):
        if next(done) == epoch:
            raise InterruptionError
        run_epoch(self)

    with monkeypatch.context() as patch, pytest.raises(InterruptionError):
        patch.setattr(Training, "run_epoch", interrupted)
        fit(TinyConfig(), dataset(), seeds=(0, 1), out=tmp_path, **SETTINGS)
    again = fit(TinyConfig(), dataset(), seeds=(0, 1), out=tmp_path, **SETTINGS)
    for run, expected in zip(again, whole, strict=True):
        assert run.history == expected.history
        assert run.metrics == expected.metrics
        assert np.array_equal(run.predictions["test"], expected.predictions["test"])
    assert min(run.best_epoch for run in again) < 5  # else the best weights would be the last
    assert not list(tmp_path.rglob("checkpoint.pt"))


@pytest.mark.parametrize("moment", [0, 3, 7, 10, 14])
def test_a_stack_continues_to_the_same_bits_wherever_it_is_killed(moment, tmp_path, monkeypatch):
    config, data = EUARConfig({"a": 3, "b": 2}, dim=4, num_experts=3), dataset()
    settings = {"epochs": 2, "device": "cpu", "seeds": (0, 1, 2)}
    whole = fit(config, data, **settings)
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        killed_at(patch, moment)
        fit(config, data, out=tmp_path, **settings)
    for run, expected in zip(fit(config, data, out=tmp_path, **settings), whole, strict=True):
        assert run.history == expected.history
        assert np.array_equal(run.predictions["test"], expected.predictions["test"])


def test_a_folder_whose_training_ended_before_its_first_seed_is_free(whole, tmp_path, monkeypatch):
    def refused(*_args, **_kwargs):
        raise InterruptionError

    with monkeypatch.context() as patch, pytest.raises(InterruptionError):
        patch.setattr(Training, "__init__", refused)
        fit(TinyConfig(), dataset(), seeds=(0,), out=tmp_path, **SETTINGS | {"epochs": 4})
    assert [file.name for file in tmp_path.iterdir() if not file.name.startswith(".")] == ["identity.json"]
    (run,) = fit(TinyConfig(), dataset(), seeds=(0,), out=tmp_path, **SETTINGS)
    assert run.history == whole[0].history


def test_finished_seeds_are_not_trained_again(whole, tmp_path, monkeypatch):
    fit(TinyConfig(), dataset(), seeds=(0,), out=tmp_path, **SETTINGS)
    trained = []
    run_epoch = Training.run_epoch

    def counted(self):
        trained.append(self.seed)
        run_epoch(self)

    monkeypatch.setattr(Training, "run_epoch", counted)
    again = fit(TinyConfig(), dataset(), seeds=(0, 1), out=tmp_path, **SETTINGS)
    assert set(trained) == {1}
    assert [run.metrics for run in again] == [run.metrics for run in whole]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lr": 0.1}, "training.lr: there 0.5, here 0.1"),
        ({"epochs": 6}, "training.epochs: there 5, here 6"),
        ({"config": TinyConfig(noise=0.2)}, "model.noise: there 0.1, here 0.2"),
        ({"dataset": dataset(seed=1)}, "data.sha256: there "),
    ],
)
def test_another_training_in_the_same_folder_is_an_error(change, field, tmp_path):
    call = {"config": TinyConfig(), "dataset": dataset(), **SETTINGS}
    fit(**call, out=tmp_path)
    with pytest.raises(ValueError, match="holds another training") as caught:
        fit(**call | change, out=tmp_path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert field in lines[1]


def test_other_code_in_the_same_folder_is_an_error(tmp_path, monkeypatch):
    fit(TinyConfig(), dataset(), out=tmp_path, **SETTINGS)
    monkeypatch.setattr(sys.modules["euar.training.fit"], "code_sha256", lambda _type: "other")
    with pytest.raises(ValueError, match=r"code: there '.*', here 'other'"):
        fit(TinyConfig(), dataset(), out=tmp_path, **SETTINGS)


def test_a_configuration_that_cannot_be_written_down_is_refused(tmp_path):
    class Bare:
        def build(self):
            return TinyConfig().build()

    with pytest.raises(ValueError, match="Bare needs a to_dict"):
        fit(Bare(), dataset(), out=tmp_path, **SETTINGS)
    assert len(fit(Bare(), dataset(), **SETTINGS)) == 1


def test_the_order_of_the_modalities_is_part_of_a_training(tmp_path):
    fit(TinyConfig(), dataset(), out=tmp_path, **SETTINGS)
    config = TinyConfig()
    swapped = dict(reversed(config.to_dict().items()))
    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(ValueError, match=r"order: there model\.\w+, here model\.\w+"),
    ):
        patch.setattr(TinyConfig, "to_dict", lambda self: swapped)
        fit(config, dataset(), out=tmp_path, **SETTINGS)


class KilledError(BaseException):
    """No block that cleans up after an `Exception` sees it."""


def killed_at(patch, moment):
    """Let the process end at a moment: before and after each change of a file's name or presence."""
    moments = iter(range(10_000))

    def dying(change):
        def step(*args, **kwargs):
            if next(moments) == moment:
                raise KilledError
            change(*args, **kwargs)
            if next(moments) == moment:
                raise KilledError

        return step

    for name in ("replace", "unlink"):
        patch.setattr(Path, name, dying(getattr(Path, name)))
    return moments


def test_a_kill_at_any_moment_of_the_writing_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["euar.training.fit"], "code_sha256", lambda _type: "code")
    call = {"config": TinyConfig(), "dataset": dataset(), **SETTINGS, "epochs": 2}
    (expected,), moment, killed = fit(**call), 0, True
    while killed:
        folder = tmp_path / str(moment)
        with monkeypatch.context() as patch:
            killed_at(patch, moment)
            try:
                fit(**call, out=folder)
                killed = False
            except KilledError:
                pass
        (again,) = fit(**call, out=folder)
        assert (again.history, again.metrics) == (expected.history, expected.metrics)
        assert np.array_equal(again.predictions["test"], expected.predictions["test"])
        left = {path.name for path in folder.rglob("*") if path.is_file()}
        names = {".lock", "identity.json", "run.json", "weights.pt", "predictions.npz", "model.json"}
        assert left == names
        moment += 1
    assert moment > 24  # eight files, each with a rename and the removal of what is left beside it


@pytest.mark.parametrize("name", ["checkpoint.pt", "weights.pt", "predictions.npz", "run.json"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(name, whole, tmp_path, monkeypatch):
    write_bytes = Path.write_bytes

    def full(path, content):
        if f".{name}." not in path.name:
            return write_bytes(path, content)
        write_bytes(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left") as caught:
        patch.setattr(Path, "write_bytes", full)
        fit(TinyConfig(), dataset(), out=tmp_path, **SETTINGS)
    assert str(caught.value) == f"[Errno 28] No space left on device: '{tmp_path / 'seed-0' / name}'"
    assert not list(tmp_path.rglob("*.part"))
    again = fit(TinyConfig(), dataset(), out=tmp_path, **SETTINGS)[0]
    assert again.history == whole[0].history
