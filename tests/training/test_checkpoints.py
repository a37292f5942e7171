import shutil
import sys

import numpy as np
import pytest
import torch

from euar.training import checkpoints, fit
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


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    checkpoints.save(path, {"epoch": 1})

    def half(_state, file):
        file.write_bytes(b"half")
        raise InterruptionError

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(InterruptionError):
        checkpoints.save(path, {"epoch": 2})
    assert checkpoints.load(path, torch.device("cpu")) == {"epoch": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_checkpoint_cannot_run_code(tmp_path):
    torch.save({"payload": shutil.rmtree}, tmp_path / "checkpoint.pt")
    with pytest.raises(Exception, match=r"[Ww]eights"):
        checkpoints.load(tmp_path / "checkpoint.pt", torch.device("cpu"))
