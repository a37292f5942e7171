"""Bounds on what reading a file may take and do: memory, time, and no process but our own."""

import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOM = 2**30  # bytes
SECONDS, WAIT = 10, 60  # of the processor, children's too; on a clock, where other tests run too
_STARTS = ("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile")
_CONNECTS = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "webbrowser.open")
_OURS = "_hdf5_process.main"  # looks at HDF5 files
_watchers: list[list[str]] = []


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when the block takes more than a file under 1 MB may, or starts or asks for anything outside."""
    started: list[str] = []
    _watchers.append(started)
    start = _used()
    try:
        with room(ROOM), alarm(WAIT):
            yield
    finally:  # a refusal is bounded, too
        _watchers.remove(started)
        assert not started, started
        used = _used() - start
        assert used < SECONDS, f"{used:.2f} s of the processor"


def _used() -> float:
    """Return the processor's seconds of this process and of children that ended; on Linux, of all others."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_of_child, _children()))


def _children() -> list[str]:
    return [pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]


def _of_child(pid: str) -> float:
    """Return the seconds of a child and of its own children that ended: fields 14 to 17 of proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let the process ask for `size` bytes more than it has now, on Linux; elsewhere nothing is bound."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    now = int(statm.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Fail a call that waits for a pipe, or reads a device without end, whatever errors its code catches."""

    def stop(_signal, _frame):
        pytest.fail(f"no answer in {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _watch(event: str, arguments: tuple) -> None:
    """Note what starts or connects, for the blocks that look; a reader may catch what a hook raises."""
    foreign = event == "subprocess.Popen" and not any(_OURS in str(part) for part in arguments[1])
    if _watchers and (foreign or event in _STARTS or event in _CONNECTS):
        _watchers[-1].append(f"{event} {arguments}"[:200])


sys.addaudithook(_watch)
