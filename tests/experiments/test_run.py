import multiprocessing
from pathlib import Path

import pytest

from euar.data import load
from euar.experiments import measurement, run, store
from euar.experiments.train import Train
from euar.training import Recipe
from tests.experiments import endless, full
from tests.working import until


def test_what_is_there_is_not_measured_again(data_file, tmp_path):
    asked = [Train(data=str(data_file), recipe=Recipe(epochs=n), device="cpu") for n in (1, 2)]
    paths = list(run.run_experiment("small", asked, tmp_path, jobs=1))
    assert len(store.load_results("small", tmp_path)) == len(set(paths)) == 2
    written = {path: path.stat().st_mtime_ns for path in paths}
    again = list(run.run_experiment("small", asked, tmp_path, jobs=1))
    assert {path: path.stat().st_mtime_ns for path in again} == written


def test_the_data_are_loaded_once(data_file, tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr(measurement, "load", lambda *args, **how: loaded.append(args) or load(*args, **how))
    run._measure("small", tmp_path, Train(data=str(data_file), recipe=Recipe(epochs=1), device="cpu"))
    assert loaded == [(str(data_file),)]


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


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("full disk", "No space left on device: '0.json'"),
        ("killed", "full: a process that measured was"),
    ],
)
def test_after_a_failure_no_other_measurement_begins_and_none_is_lost_in_silence(end, said, tmp_path):
    asked = [full.Marked(str(tmp_path), number, end) for number in range(20)]
    with pytest.raises(OSError, match=said) as caught:
        list(run.run_experiment("full", asked, tmp_path))
    measured = {path.name for path in tmp_path.glob("measured-*")}
    assert len(measured) < 5
    others = "".join(getattr(caught.value, "__notes__", []))
    if end == "full disk":
        assert all(f"{name.removeprefix('measured-')}.json" in f"{caught.value}{others}" for name in measured)
