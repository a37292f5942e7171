"""Regular files alone are opened: a pipe blocks who opens it, and a device may have no end."""

import os
import stat
from io import BufferedReader
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
REMEDY = "put the file itself there"


class NoFileError(Exception):
    """What stands at a path is no regular file, or too large; it is not to leave the package as it is.

    Args:
        expected: what would have been right.
        found: what stands there.
        remedy: what the user can do.
    """

    def __init__(self, expected: str, found: str, remedy: str):
        super().__init__(expected, found, remedy)
        self.expected, self.found, self.remedy = expected, found, remedy


def opened(path: Path, most: int) -> BufferedReader:
    """Open a regular file, or a link to one, for reading.

    Args:
        path: the file.
        most: bytes that it may have.

    Raises:
        NoFileError: it is no regular file, or too large.
        OSError: it is absent or cannot be opened.
    """
    _check(path.stat(), most)  # before it is opened: that alone can act on a pipe or device
    descriptor = os.open(path, _FLAGS)
    try:
        _check(os.fstat(descriptor), most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def content(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file, never more than its size when it was opened.

    Raises:
        NoFileError: see `opened`; or it grows.
        OSError: see `opened`; or it cannot be read.
    """
    with opened(path, most) as file:
        size = os.fstat(file.fileno()).st_size
        found = file.read(size + 1)
    if len(found) > size:
        raise NoFileError(f"{size} bytes, as it has", "more", "wait until it is written")
    return found


def other_kind(status: os.stat_result) -> str | None:
    """Return what stands at a path in words; None for a regular file."""
    if stat.S_ISREG(status.st_mode):
        return None
    return next((name for test, name in _KINDS if test(status.st_mode)), "something else")


def _check(status: os.stat_result, most: int) -> None:
    if found := other_kind(status):
        raise NoFileError("a readable file", found, REMEDY)
    if status.st_size > most:
        raise NoFileError(f"at most {most} bytes", f"{status.st_size} bytes", "get the file again")
