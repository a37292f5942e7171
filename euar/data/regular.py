"""Files that are opened only if they are files: no pipe, no device, no folder, nothing outside a folder.

A pipe blocks who opens it, and a device may have no end; either can stand where a source should have a file.
"""

import os
import stat
from io import BufferedReader
from pathlib import Path

from euar.data.errors import DataError

MAX_BYTES = 2**34  # the unaligned CMU-MOSEI features have 12 GB
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_REMEDY = "put the file itself there"


def regular_file(path: Path, *, most: int = MAX_BYTES, folder: Path | None = None) -> BufferedReader:
    """Open a file for reading, and nothing that is no regular file.

    Args:
        path: the file; a link to one will do.
        most: bytes that it may have.
        folder: where it must lie, links followed; None: anywhere.

    Raises:
        DataError: it is absent, something else than a regular file, outside of `folder`, or too large.
    """
    real = path if folder is None else _inside(path, folder)
    try:
        _check(path, real.stat(), most)  # before it is opened: that alone can act on a pipe or device
        descriptor = os.open(real, _FLAGS)
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        if isinstance(error, DataError):
            raise
        raise DataError(path, "file", "a readable file", str(error), "check the path") from error
    try:
        _check(path, os.fstat(descriptor), most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def check_regular(path: Path, *, most: int = MAX_BYTES, folder: Path | None = None) -> None:
    """Raise unless `regular_file` opens the path.

    Raises:
        DataError: see `regular_file`.
    """
    regular_file(path, most=most, folder=folder).close()


def read_bytes(path: Path, *, most: int = MAX_BYTES, folder: Path | None = None) -> bytes:
    """Return the bytes of a regular file, never more than its size when it was opened.

    Raises:
        DataError: see `regular_file`; or it cannot be read, or grows.
    """
    with regular_file(path, most=most, folder=folder) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            content = file.read(size + 1)
        except OSError as error:
            raise DataError(path, "file", "a readable file", str(error), "get the file again") from error
    if len(content) > size:
        raise DataError(path, "file", f"{size} bytes, as it has", "more", "wait until it is written")
    return content


def visible(folder: Path) -> list[Path]:
    """Return what lies in a folder, sorted; not what file systems hide, such as the `._NAME` of macOS."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def check_inside(path: Path, folder: Path) -> None:
    """Raise when a path leads out of a folder, by its name or by a link.

    Raises:
        DataError: it names the path.
    """
    _inside(path, folder)


def _inside(path: Path, folder: Path) -> Path:
    """Return the path without links, which must stay in the folder."""
    try:
        real, root = path.resolve(), folder.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise DataError(path, "file", "a readable file", str(error), "check the path") from error
    if not real.is_relative_to(root):
        expected = f"a file in {folder.name or folder}"
        raise DataError(path, "file", expected, "a path that leads out of the folder", _REMEDY)
    return real


def _check(path: Path, status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        found = next((name for test, name in _KINDS if test(status.st_mode)), "something else")
        raise DataError(path, "file", "a readable file", found, _REMEDY)
    if status.st_size > most:
        raise DataError(
            path, "file", f"at most {most} bytes", f"{status.st_size} bytes", "get the file again"
        )
