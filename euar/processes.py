"""Tasks in processes of their own, which end with the one that started them."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, connection, get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

_T = TypeVar("_T")
_line: connection.Connection  # of a worker, to the process that started it


def spawned(
    tasks: Iterable[Callable[[], _T]], jobs: int, hear: Callable[..., object] = lambda *_: None
) -> Iterator[_T]:
    """Yield what each task returns, as soon as it has.

    After a failure no other task begins; those under way are kept. Whoever stops asking, by Ctrl-C or
    otherwise, ends the processes at once.

    Args:
        tasks: that can be pickled.
        jobs: processes at once.
        hear: called, in a thread, with whatever a task says through `tell`.

    Raises:
        ChildProcessError: a process was killed; the text goes on after its name.
    """
    spawn = get_context("spawn")  # forked torch threads can hang
    others = active_children()
    with (
        _heard(hear) as line,
        ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_begin, initargs=(line,)) as pool,
    ):
        try:
            with _deaf():  # the workers are born so
                started = [pool.submit(task) for task in tasks]
            yield from _finished(started)
        except BrokenProcessPool as error:
            remedy = "the same command goes on with what is missing; fewer jobs need less memory"
            raise ChildProcessError(f"was killed, perhaps for want of memory; {remedy}") from error
        finally:
            for worker in set(active_children()).difference(others):
                worker.terminate()
            pool.shutdown(cancel_futures=True)


def tell(*words: Any) -> None:
    """Say a few words, in a task, to whoever started it."""
    _line.send(words)


@contextmanager
def _heard(hear: Callable[..., object]) -> Iterator[connection.Connection]:
    """Give the block a line for workers: what they say is heard until the last of them has ended.

    Few words are one write, which is whole whoever else writes and whenever a worker is killed.
    """
    listener, line = get_context("spawn").Pipe(duplex=False)

    def listen() -> None:
        with suppress(EOFError):
            while True:
                hear(*listener.recv())

    thread = Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.close()
        thread.join()
        listener.close()


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


def _finished(tasks: list[Future[_T]]) -> Iterator[_T]:
    """Yield what tasks return; after a failure, what those under way return, and then all failures as one."""
    waiting, failures = set(tasks), list[BaseException]()
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for task in sorted(done, key=tasks.index):  # the first failure is that of the first task
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


def _begin(line: connection.Connection) -> None:
    """Let this worker speak to the process that started it, and die with it, even when that one is killed."""
    global _line
    _line = line
    parent = parent_process()
    if parent is None:
        raise RuntimeError("expected to run in a worker process, found the first one")

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    Thread(target=wait, daemon=True).start()
