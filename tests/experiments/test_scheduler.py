"""Measurements on dask.distributed: a killed worker loses nothing; SLURM's script starts a real worker."""

import os
import signal

import pytest

from euar.experiments import scheduler, store
from tests.experiments.dying import Dying, Plain

needs_dask = pytest.mark.skipif(
    scheduler.find_spec("distributed") is None, reason="needs dask.distributed: install the extra scale"
)
_SBATCH = """#!/bin/sh
cat "$1" > "$SUBMITTED.$$"
nohup sh "$SUBMITTED.$$" > "$SUBMITTED.log" 2>&1 &
echo "Submitted batch job $!"
"""


@pytest.fixture(autouse=True)
def deadline():
    """A worker that never comes must not hold the suite up."""
    before = signal.signal(signal.SIGALRM, _late)
    signal.alarm(240)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def _late(*_):
    raise TimeoutError("no result within four minutes")


@needs_dask
@pytest.mark.filterwarnings("default")
def test_a_killed_worker_loses_nothing(tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    asked = [Dying(data="embedded", marks=str(marks)), *(Plain(data="embedded", number=i) for i in range(2))]
    found = list(scheduler.run_on("local", "dying", asked, tmp_path / "results", jobs=1))
    begun = sorted(marks.iterdir())
    assert len(begun) == 2  # the first killed its own worker, the second went through
    assert begun[0].name.partition("-")[2] != begun[1].name.partition("-")[2]
    assert len(found) == len(store.load_results("dying", tmp_path / "results")) == 3
    again = list(scheduler.run_on("local", "dying", asked[1:], tmp_path / "results", jobs=1))
    assert set(again) <= set(found)


@needs_dask
@pytest.mark.filterwarnings("default")
def test_slurm_gets_a_script_that_starts_a_worker(tmp_path, monkeypatch):
    for name, text in {"sbatch": _SBATCH, "scancel": '#!/bin/sh\nkill "$@"\n'}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("SUBMITTED", str(tmp_path / "script"))
    asked = [Plain(data="embedded", number=1)]
    (file,) = scheduler.run_on("slurm", "dying", asked, tmp_path / "results", jobs=1)
    assert file.exists()
    (script, *_) = tmp_path.glob("script.[0-9]*")
    assert "#SBATCH --cpus-per-task=1" in script.read_text()
    assert "#SBATCH --mem=4G" in script.read_text()
    assert "distributed.cli.dask_worker" in script.read_text()


@needs_dask
def test_an_unknown_scheduler_is_named(tmp_path):
    with pytest.raises(ValueError, match="scheduler: expected local, slurm or tcp"):
        list(scheduler.run_on("http://x", "dying", [], tmp_path))


def test_without_dask_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduler, "find_spec", lambda _name: None)
    with pytest.raises(ValueError, match=r'pip install "euar\[scale\]"'):
        list(scheduler.run_on("local", "dying", [], tmp_path))
