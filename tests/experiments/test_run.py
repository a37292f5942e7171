import multiprocessing
import time
from pathlib import Path

import pytest

from euar.experiments import run, store
from euar.experiments.train import Train
from euar.training import Recipe
from tests.experiments import endless


def test_what_is_there_is_not_measured_again(data_file, tmp_path):
    asked = [Train(data=str(data_file), recipe=Recipe(epochs=n), device="cpu") for n in (1, 2)]
    paths = list(run.run_experiment("small", asked, tmp_path, jobs=1))
    assert len(store.load_results("small", tmp_path)) == len(set(paths)) == 2
    written = {path: path.stat().st_mtime_ns for path in paths}
    again = list(run.run_experiment("small", asked, tmp_path, jobs=1))
    assert {path: path.stat().st_mtime_ns for path in again} == written


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux which processes are there")
def test_workers_end_when_the_experiment_is_killed(tmp_path):
    command = multiprocessing.get_context("spawn").Process(target=endless.main, args=(str(tmp_path),))
    command.start()
    worker = until(lambda: (tmp_path / "worker").read_text() if (tmp_path / "worker").exists() else "")
    assert runs(worker)
    command.kill()
    command.join()
    assert until(lambda: not runs(worker))


def runs(pid):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition):
    """What the condition returns as soon as that is true; waits a minute."""
    for _ in range(600):
        if value := condition():
            return value
        time.sleep(0.1)
    raise TimeoutError
