"""Measurements on dask.distributed: processes of this machine, of a cluster that is there, or of SLURM.

A task is one measurement, which trains all its seeds as one stack. Its result travels back, and this process
keeps it, so workers need the code and the data, but no folder in common. When a worker dies, dask gives its
task to another; what was kept stays.
"""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from euar.experiments.measurement import Measurement, Result
from euar.experiments.store import result_folder, result_path, root_to_write, save_result
from euar.lock import sole_worker

LOCAL, SLURM = "local", "slurm"
#: How often a task that failed is tried again; one whose worker died counts for itself.
RETRIES = 2
#: Of a SLURM job, unless dask's own settings say otherwise: `~/.config/dask/jobqueue.yaml`.
_JOB = {"cores": 1, "processes": 1, "memory": "4GB"}


def run_on(
    scheduler: str,
    name: str,
    asked: Sequence[Measurement],
    root: Path | None = None,
    jobs: int = 1,
    announce: Callable[[str], object] = lambda _text: None,
) -> Iterator[Path]:
    """Yield the file of each result of an experiment as soon as it is there, as `run_experiment` does.

    After a failure the others go on; the failures come at the end, as one.

    Args:
        scheduler: `"local"` starts `jobs` processes here, `"slurm"` submits `jobs` jobs, `tcp://HOST:PORT` is
            a scheduler that runs.
        name: of the experiment.
        asked: what to measure.
        root: the folder of all results, see `store.root_to_write`.
        jobs: workers.
        announce: is told where the dashboard is.

    Raises:
        ValueError: no such scheduler, or dask is not installed.
        BlockingIOError: another process measures this experiment.
        ChildProcessError: a measurement whose workers died several times.
    """
    root = root_to_write(root)
    with sole_worker(result_folder(name, root)), connected(scheduler, jobs) as client:
        if find_spec("bokeh"):
            announce(f"Dashboard: {client.dashboard_link}")
        tasks = [client.submit(_measured, name, one, retries=RETRIES, pure=False) for one in asked]
        yield from _kept(tasks, root)


@contextmanager
def connected(scheduler: str, jobs: int) -> Iterator[Any]:
    """Give the block a client of a scheduler, see `run_on`; what it started here ends with the block."""
    if find_spec("distributed") is None:
        raise ValueError('scheduler: expected dask.distributed, found none; run: pip install "euar[scale]"')
    from distributed import Client

    with ExitStack() as stack:
        if scheduler in (LOCAL, SLURM):
            where = stack.enter_context(_local(jobs) if scheduler == LOCAL else slurm(jobs))
        elif scheduler.startswith("tcp://"):
            where = scheduler
        else:
            raise ValueError(f"scheduler: expected local, slurm or tcp://HOST:PORT, found {scheduler!r}")
        yield stack.enter_context(Client(where))


def slurm(jobs: int) -> Any:
    """Return a cluster that submits jobs of one worker each; `job_script()` shows what it submits."""
    from dask import config
    from dask_jobqueue import SLURMCluster

    ours = {name: value for name, value in _JOB.items() if config.get(f"jobqueue.slurm.{name}", None) is None}
    cluster = SLURMCluster(**ours)
    cluster.scale(jobs=jobs)
    return cluster


def _local(jobs: int) -> Any:
    """Processes of this machine, one thread each; one that is killed is started anew."""
    from distributed import LocalCluster

    return LocalCluster(n_workers=jobs, threads_per_worker=1, memory_limit=0, dashboard_address=":0")


def _measured(name: str, one: Measurement) -> Result:
    return one.measure(name)


def _kept(tasks: Sequence[Any], root: Path) -> Iterator[Path]:
    from distributed import KilledWorker, as_completed

    failures: list[BaseException] = []
    for task in as_completed(tasks):
        try:
            result = task.result()
        except KilledWorker as error:
            failures.append(ChildProcessError(f"a measurement was given up: {error}"))
        except Exception as error:  # whatever a measurement raises waits until the others are kept
            failures.append(error)
        else:
            yield _save(result, root)
    for other in failures[1:]:
        failures[0].add_note(str(other))
    if failures:
        raise failures[0]


def _save(result: Result, root: Path) -> Path:
    """Keep a result; the command is the one that was typed here, not the worker's."""
    record = result.record | {"command": shlex.join(["euar", *sys.argv[1:]])}
    path = result_path(record["experiment"], record["key"], root)
    return path if path.exists() else save_result(result._replace(record=record), root)
