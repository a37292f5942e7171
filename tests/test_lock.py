"""Two real processes in one folder."""

import os
import time
from contextlib import contextmanager

import pytest
from filelock import FileLock

from euar.experiments.run import run_experiment
from euar.files import DamagedFileError
from euar.lock import sole_worker
from euar.training import fit
from tests import working
from tests.training.tiny import TinyConfig, dataset


@contextmanager
def another_process(processes, task, *args, sign):
    """Let another process work until it shows a sign; kill it at the end."""
    process = processes.Process(target=task, args=args)
    process.start()
    try:
        for _ in range(600):
            if sign.exists():
                break
            assert process.is_alive()
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.join()


@pytest.mark.parametrize("name", [".lock", ".worker"])
def test_a_folder_in_place_of_a_file_is_named(name, tmp_path):
    (tmp_path / name).mkdir()
    told = f"{name}: expected a file, found a folder"
    with pytest.raises(DamagedFileError, match=told), sole_worker(tmp_path):
        pass


def test_the_second_is_told_who_works_there_and_since_when(processes, tmp_path):
    with another_process(processes, working.hold, str(tmp_path), sign=tmp_path / ".worker") as first:
        told = rf"process {first.pid} on .*, since 20..-..-..T.* works here; wait for its end"
        with pytest.raises(BlockingIOError, match=told), sole_worker(tmp_path):
            pass
        first.kill()
        first.join()
        with sole_worker(tmp_path):  # the lock died with it
            assert (tmp_path / ".worker").exists()
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_who_waits_is_told_for_whom_and_gets_its_turn(processes, tmp_path):
    with another_process(processes, working.hold, str(tmp_path), sign=tmp_path / ".worker") as first:

        def told(words):
            assert f"process {first.pid} on " in words
            assert words.endswith("works here; waiting for its end")
            first.kill()

        with sole_worker(tmp_path, wait=told):
            assert (tmp_path / ".worker").exists()


def test_a_folder_that_knows_no_locks_is_refused_before_the_work(tmp_path, monkeypatch):
    def acquire(*_args, **_kwargs):
        raise NotImplementedError("no flock here")

    monkeypatch.setattr(FileLock, "acquire", acquire)
    with (
        pytest.raises(OSError, match="here; choose a folder on another disk"),
        sole_worker(tmp_path),
    ):
        pass


def test_one_process_is_no_exception(tmp_path):
    with sole_worker(tmp_path):
        with pytest.raises(BlockingIOError, match=f"process {os.getpid()} "), sole_worker(tmp_path):
            pass
        (tmp_path / ".worker").write_text("?")
        with pytest.raises(BlockingIOError, match="another process works here"), sole_worker(tmp_path):
            pass


def test_an_error_of_the_block_frees_the_folder(tmp_path):
    with pytest.raises(KeyError), sole_worker(tmp_path):
        raise KeyError
    with sole_worker(tmp_path):
        pass


@pytest.mark.parametrize("lr", [0.1, 0.2])
def test_two_trainings_in_one_folder_cannot_mix(lr, processes, tmp_path):
    call = {"epochs": 3, "device": "cpu", "out": tmp_path}
    checkpoint = tmp_path / "seed-0" / "checkpoint.pt"
    with another_process(processes, working.train_for_ever, str(tmp_path), 0.1, sign=checkpoint) as first:
        before = checkpoint.read_bytes()
        with pytest.raises(BlockingIOError, match=f"process {first.pid} "):
            fit(TinyConfig(), dataset(), lr=lr, **call)
        assert checkpoint.read_bytes() == before
    if lr == 0.1:
        assert len(fit(TinyConfig(), dataset(), lr=lr, **call)[0].history) == 3
    else:
        with pytest.raises(ValueError, match=r"training\.lr: there 0\.1, here 0\.2"):
            fit(TinyConfig(), dataset(), lr=lr, **call)


def test_one_process_measures_an_experiment(processes, tmp_path):
    folder = tmp_path / "small"
    with another_process(processes, working.hold, str(folder), sign=folder / ".worker") as first:
        with pytest.raises(BlockingIOError, match=f"process {first.pid} "):
            list(run_experiment("small", [], tmp_path))
        assert list(run_experiment("other", [], tmp_path)) == []
