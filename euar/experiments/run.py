"""Run a named experiment: train what its results do not hold yet, and add that to the results."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from euar.experiments import (
    differences,
    embedded,
    expert_number,
    grid,
    kl_regularisation,
    mosei,
    mosi,
    mvsa,
    nyud,
    probes,
    twins,
    uncertainty_loss,
    what_sigma_knows,
    whole_model,
)
from euar.experiments.store import result_path, save_result


class Request(Protocol):
    """What an experiment asks for: one result."""

    def key(self) -> str:
        """Return the key of the result, without measuring."""

    def measure(self, experiment: str) -> dict[str, Any]:
        """Measure, and return the result."""


EXPERIMENTS: dict[str, Callable[[], list[Request]]] = {
    "differences": differences.requests,
    "embedded": embedded.requests,
    "expert-number": expert_number.requests,
    "grid": grid.requests,
    "kl": kl_regularisation.requests,
    "mosei": mosei.requests,
    "mosi": mosi.requests,
    "mvsa": mvsa.requests,
    "nyud": nyud.requests,
    "probes": probes.requests,
    "sigma": what_sigma_knows.requests,
    "twins": twins.requests,
    "uncertainty": uncertainty_loss.requests,
    "whole-model": whole_model.requests,
}


def run_experiment(name: str, root: Path | None = None, jobs: int = 1) -> Iterator[Path]:
    """Yield the file of each result of an experiment as soon as it is there.

    Results with the same configuration, data and code are not measured again.

    Args:
        name: one of `EXPERIMENTS`.
        root: the folder of all results; the repository's by default.
        jobs: processes at once, one thread each.

    Raises:
        ValueError: an unknown name.
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"experiment: expected one of {', '.join(EXPERIMENTS)}, found {name!r}")
    measure = partial(_measure, name, root)
    spawn = get_context("spawn")  # forked torch threads can hang
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_end_with_parent) as pool:
        tasks = [pool.submit(measure, request) for request in EXPERIMENTS[name]()]
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
