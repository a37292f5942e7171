"""Measure what an experiment asks for and its results do not hold yet, and add that to the results."""

import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, connection, get_context, parent_process
from pathlib import Path
from threading import Thread

from euar.experiments.measurement import Measurement
from euar.experiments.store import result_folder, result_path, root_to_write, save_result
from euar.lock import sole_worker


def run_experiment(
    name: str, asked: Iterable[Measurement], root: Path | None = None, jobs: int = 1
) -> Iterator[Path]:
    """Yield the file of each result of an experiment as soon as it is there.

    Results with the same configuration, data and code are not measured again. After a failure no other
    measurement begins; those under way are kept. Whoever stops asking, by Ctrl-C or otherwise, ends the
    processes that measure at once.

    Args:
        name: of the experiment.
        asked: what to measure.
        root: the folder of all results, see `store.root_to_write`.
        jobs: processes at once, one thread each.

    Raises:
        BlockingIOError: another process measures this experiment.
        ChildProcessError: a process that measured was killed.
    """
    root = root_to_write(root)
    measure = partial(_measure, name, root)
    spawn = get_context("spawn")  # forked torch threads can hang
    workers = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_end_with_parent)
    others = active_children()
    with sole_worker(result_folder(name, root)), workers as pool:
        try:
            with _deaf():  # the workers are born so
                tasks = [pool.submit(measure, one) for one in asked]
            yield from _finished(tasks)
        except BrokenProcessPool as error:
            found = "a process that measured was killed, perhaps for want of memory"
            remedy = "the same command goes on with what is missing; fewer jobs need less memory"
            raise ChildProcessError(f"{name}: {found}; {remedy}") from error
        finally:
            for worker in set(active_children()).difference(others):
                worker.terminate()
            pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold Ctrl-C back during the block; processes started in it never hear it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _finished(tasks: list[Future[Path]]) -> Iterator[Path]:
    """Yield what tasks return; after a failure, what those under way return, and then all failures as one."""
    waiting, failures = set(tasks), list[BaseException]()
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for task in done:
            if error := task.exception():
                failures.append(error)
            else:
                yield task.result()
        if failures:
            waiting = {task for task in waiting if not task.cancel()}
    for other in failures[1:]:
        failures[0].add_note(str(other))
    if failures:
        raise failures[0]


def _end_with_parent() -> None:
    """Let this worker die with the process that started it, even when that one is killed."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("expected to run in a worker process, found the first one")

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _measure(name: str, root: Path, one: Measurement) -> Path:
    dataset = one.dataset()
    path = result_path(name, one.key(dataset), root)
    return path if path.exists() else save_result(one.measure(name, dataset), root)
