"""Measure what an experiment asks for and its results do not hold yet, and add that to the results."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from euar.experiments.store import result_folder, result_path, save_result
from euar.lock import sole_worker


class Request(Protocol):
    """What an experiment asks for: one result."""

    def key(self) -> str:
        """Return the key of the result, without measuring."""

    def measure(self, experiment: str) -> dict[str, Any]:
        """Measure, and return the result."""


def run_experiment(
    name: str, requests: Iterable[Request], root: Path | None = None, jobs: int = 1
) -> Iterator[Path]:
    """Yield the file of each result of an experiment as soon as it is there.

    Results with the same configuration, data and code are not measured again.

    Args:
        name: of the experiment.
        requests: what to measure.
        root: the folder of all results; the repository's by default.
        jobs: processes at once, one thread each.

    Raises:
        BlockingIOError: another process measures this experiment.
    """
    measure = partial(_measure, name, root)
    spawn = get_context("spawn")  # forked torch threads can hang
    workers = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_end_with_parent)
    with sole_worker(result_folder(name, root)), workers as pool:
        tasks = [pool.submit(measure, request) for request in requests]
        for task in as_completed(tasks):
            yield task.result()


def _end_with_parent() -> None:
    """Let this worker die with the process that started it, even when that one is killed."""

    def wait() -> None:
        connection.wait([parent_process().sentinel])
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _measure(name: str, root: Path | None, request: Request) -> Path:
    path = result_path(name, request.key(), root)
    return path if path.exists() else save_result(request.measure(name), root)
