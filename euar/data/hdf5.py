"""The one place that opens HDF5 files: not before another process has read them without harm.

The HDF5 library can hang or crash on a damaged file, and follows what a file says about other files. So a
process with little memory and time, see `_hdf5_process`, first walks each file that is not our own.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from euar.data import _hdf5_process
from euar.data.errors import DataError
from euar.data.regular import regular_file

_MARK = b"\x89HDF\r\n\x1a\n"
_LONGEST_START = 2**20  # bytes of something else before the mark
CELL = 100  # bytes of a text in memory, without its letters
_AGAIN = "get the file again, or write it again with plain arrays"


def signed(path: Path) -> bool:
    """Tell whether a regular file bears the mark of HDF5; raises nothing."""
    try:
        with regular_file(path) as file:
            places = [0, *(2**power for power in range(9, _LONGEST_START.bit_length()))]
            return any(file.seek(place) == place and file.read(8) == _MARK for place in places)
    except (DataError, OSError):
        return False


@contextmanager
def opened(path: str | Path, *, folder: Path | None = None, trusted: bool = False) -> Iterator[h5py.File]:
    """Give the block an HDF5 file to read from, of which every object lies in the file itself.

    Args:
        path: the file.
        folder: where it must lie, links followed; None: anywhere.
        trusted: whether the file comes with this package or from its cache; nobody looks at it before.

    Raises:
        DataError: the file is absent, damaged, names other files or declares more than it can hold; or the
            block raised something else.
    """
    path = Path(path)
    with regular_file(path, folder=folder) as file:
        status = os.fstat(file.fileno())
    if not trusted:
        _check(path, status)
    try:
        with h5py.File(path, "r") as content:
            yield content
    except DataError as error:
        raise error.at(path) from None
    except Exception as error:  # what h5py raises on a damaged file is not documented
        found = f"{type(error).__name__}: {error}"[:200]
        raise DataError(path, "file", "a readable HDF5 file", found, _AGAIN) from error


_passed: set[tuple[int, ...]] = set()


def _check(path: Path, status: os.stat_result) -> None:
    """Raise unless another process has read the file, as it is now, without harm."""
    key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if key in _passed:
        return
    if refused := (_looker() if hasattr(os, "fork") else _once)(str(path.absolute())):
        field, expected, found = refused
        raise DataError(path, field, expected, found, _AGAIN)
    _passed.add(key)


class _Looker:
    """The process of `_hdf5_process`, which answers one path after the other."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(),
            start_new_session=True,
        )
        self._lock = threading.Lock()
        atexit.register(self._end)

    def __call__(self, path: str) -> list[str] | None:
        """Return None for a file that can be read, else field, expected and found."""
        with self._lock:
            paths, answers = self._process.stdin, self._process.stdout
            assert paths and answers  # both are pipes
            try:
                paths.write(json.dumps(path) + "\n")
                paths.flush()
                return json.loads(answers.readline())
            except (OSError, ValueError):
                self._stop()
                return _unanswered()
            except BaseException:  # a Ctrl-C: the answer would be taken for that on the next file
                self._stop()
                raise

    def _stop(self) -> None:
        _lookers.pop(os.getpid(), None)
        self._process.kill()

    def _end(self) -> None:
        if self is _lookers.get(os.getpid()):
            self._process.communicate()


_lookers: dict[int, _Looker] = {}  # by the process that asks: a fork must not share the pipes
_starting = threading.Lock()


def _looker() -> _Looker:
    with _starting:
        return _lookers.setdefault(os.getpid(), _lookers.get(os.getpid()) or _Looker())


def _once(path: str) -> list[str] | None:
    """Return what `_Looker` does, of a process for this file alone."""
    command = [*_command(), path]
    try:
        done = subprocess.run(
            command, stdout=-1, env=_environment(), timeout=_hdf5_process.seconds(path), check=True
        )
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return _unanswered()


def _unanswered() -> list[str]:
    return ["file", "a readable HDF5 file", "no answer from the process that looks at it"]


def _command() -> list[str]:
    look = "import sys; from euar.data import _hdf5_process; _hdf5_process.main(sys.argv[1:])"
    return [sys.executable, "-P", "-c", look]


def _environment() -> dict[str, str]:
    """Let the process find the same packages, use one thread, and load no plug-in of HDF5."""
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "HDF5_PLUGIN_PRELOAD": "::"}
    return os.environ | alone | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
