"""Bounds on what reading a file may take and do: memory, time, and no process but our own."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOM = 2**30  # bytes
SECONDS, WAIT = 10, 60  # of the processor; on a clock, where other tests run too
_STARTS = ("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile")
_CONNECTS = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "webbrowser.open")
_OURS = "euar.data._hdf5_process"  # looks at HDF5 files
_watchers: list[list[str]] = []


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when the block takes more than a file under 1 MB may, or starts or asks for anything outside."""
    started: list[str] = []
    _watchers.append(started)
    start = time.process_time()
    try:
        with room(ROOM), alarm(WAIT):
            yield
    finally:  # a refusal is bounded, too
        _watchers.remove(started)
        assert not started, started
        assert time.process_time() - start < SECONDS


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let the process ask for `size` bytes more than it has now, on Linux; elsewhere nothing is bound."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        yield
        return
    import resource

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
    foreign = event == "subprocess.Popen" and _OURS not in arguments[1]
    if _watchers and (foreign or event in _STARTS or event in _CONNECTS):
        _watchers[-1].append(f"{event} {arguments}"[:200])


sys.addaudithook(_watch)
