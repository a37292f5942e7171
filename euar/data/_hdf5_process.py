"""The process that looks at HDF5 files before `euar.data.hdf5` opens them.

A line of its input is a path in JSON; a line of its output the answer, null or [field, expected, found]. It
touches no file itself: for each one it forks, so that a hang or a crash ends the child alone.
"""

import json
import os
import signal
import sys
from pathlib import Path

from euar.data import _hdf5_walk
from euar.data._hdf5_values import RefusedError

_MEMORY = 2**30  # bytes for a file
_SECONDS, _PACE = 10, 2**23  # seconds for a file, and one more for each so many bytes of it
_LEAST, _SLOWEST = 3, 2**19  # as well, for small files; that many bytes may be all names, which take longest
_CLOCK = 2  # times as long by the clock, since others use the machine too
_START = 20  # seconds of the clock until a process of its own has begun
_EXPECTED = "a readable HDF5 file"


def seconds(path: str) -> int:
    """Return how long a process that begins and looks at a file may take by the clock."""
    return _START + clock(path)


def clock(path: str) -> int:
    """Return how long the look itself may take by the clock: below 10 s for a file under 1 MB."""
    return _CLOCK * _processor(path)


def _processor(path: str) -> int:
    size = Path(path).stat().st_size
    return min(_SECONDS + size // _PACE, _LEAST + size // _SLOWEST)


def look(path: str) -> list[str] | None:
    """Return None for a file that can be read, else field, expected and found."""
    try:
        _hdf5_walk.check(path)
    except RefusedError as error:
        return [repr(part)[1:-1][:200] for part in error.args]  # names may hold anything
    except BaseException as error:  # what h5py raises on a damaged file is not documented
        return ["file", _EXPECTED, f"{type(error).__name__}: {error}"[:200]]
    return None


def main(paths: list[str]) -> None:
    """Look at the paths, or without any at those that come in as lines."""
    for path in paths:
        _answer(look(path))
    for line in sys.stdin if not paths else ():
        _answer(_apart(json.loads(line)))


def _answer(found: list[str] | None) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _apart(path: str) -> list[str] | None:
    """Return `look` of a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            _bound(path)
            os.write(writing, json.dumps(look(path)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        found = answer.read(2**16)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        reason = signal.Signals(os.WTERMSIG(status)).name
        return ["file", _EXPECTED, f"one that ends who reads it, or takes too long or too much ({reason})"]
    try:
        return json.loads(found)
    except ValueError:  # nothing, or more than one answer
        return ["file", _EXPECTED, "one that ends who reads it"]


def _bound(path: str) -> None:
    """Let the kernel end this process when it takes more than its share; let it start and write nothing."""
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it ends the process inside the library too
    signal.alarm(clock(path))
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)  # what the C library says of a crash
    bounds = {"RLIMIT_AS": _MEMORY, "RLIMIT_CPU": _processor(path)}
    for name, most in {**bounds, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NPROC": 0}.items():
        _, hard = resource.getrlimit(getattr(resource, name))
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, name), (most, most))
