"""Measure what an experiment asks for and its results do not hold yet, and add that to the results."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from threading import Thread

from euar.experiments.measurement import Measurement
from euar.experiments.store import result_folder, result_path, save_result
from euar.lock import sole_worker


def run_experiment(
    name: str, asked: Iterable[Measurement], root: Path | None = None, jobs: int = 1
) -> Iterator[Path]:
    """Yield the file of each result of an experiment as soon as it is there.

    Results with the same configuration, data and code are not measured again.

    Args:
        name: of the experiment.
        asked: what to measure.
        root: the folder of all results; the repository's by default.
        jobs: processes at once, one thread each.

    Raises:
        BlockingIOError: another process measures this experiment.
    """
    measure = partial(_measure, name, root)
    spawn = get_context("spawn")  # forked torch threads can hang
    workers = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_end_with_parent)
    with sole_worker(result_folder(name, root)), workers as pool:
        tasks = [pool.submit(measure, one) for one in asked]
        for task in as_completed(tasks):
            yield task.result()


def _end_with_parent() -> None:
    """Let this worker die with the process that started it, even when that one is killed."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("expected to run in a worker process, found the first one")

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _measure(name: str, root: Path | None, one: Measurement) -> Path:
    path = result_path(name, one.key(), root)
    return path if path.exists() else save_result(one.measure(name), root)
