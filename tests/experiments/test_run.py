import pytest

from euar.experiments import run, store
from euar.experiments.train import Request
from euar.training import Recipe


def test_what_is_there_is_not_measured_again(data_file, tmp_path, monkeypatch):
    requests = [Request(data=str(data_file), recipe=Recipe(epochs=n), device="cpu") for n in (1, 2)]
    monkeypatch.setitem(run.EXPERIMENTS, "small", lambda: requests)
    paths = list(run.run_experiment("small", tmp_path, jobs=1))
    assert len(store.load_results("small", tmp_path)) == len(set(paths)) == 2
    written = {path: path.stat().st_mtime_ns for path in paths}
    again = list(run.run_experiment("small", tmp_path, jobs=1))
    assert {path: path.stat().st_mtime_ns for path in again} == written


def test_an_unknown_experiment_lists_the_known():
    with pytest.raises(ValueError, match=r"expected one of differences, .*, found 'table'"):
        list(run.run_experiment("table"))
