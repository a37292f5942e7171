"""Files that are opened only if they are files: no pipe, no device, no folder, nothing outside a folder.

A pipe blocks who opens it, and a device may have no end; either can stand where a source should have a file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from euar import _opening
from euar.data.errors import DataError

MAX_BYTES = 2**34  # the unaligned CMU-MOSEI features have 12 GB


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
    with _named(path):
        return _opening.opened(real, most)


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
    real = path if folder is None else _inside(path, folder)
    with _named(path):
        return _opening.content(real, most)


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
        raise DataError(path, "file", expected, "a path that leads out of the folder", _opening.REMEDY)
    return real


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except _opening.NoFileError as error:
        raise DataError(path, "file", error.expected, error.found, error.remedy) from None
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise DataError(path, "file", "a readable file", str(error), "check the path") from error
