"""Files that are either whole or not there, and the one error for those that cannot be used."""

import errno
import json
import math
import os
import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from euar import _opening
from euar._explained import ExplainedError

MAX_BYTES = 2**34
_MAX_JSON = 2**28
_LEVELS = 32  # of nesting that a JSON file may have
_DAY = 86400.0  # seconds
#: Of an `OSError`: the disk has no room, or the user may take no more of it.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DamagedFileError(ExplainedError):
    """A file that the package wrote and cannot use, with what is wrong and what to do about it.

    Args:
        file: its path.
        expected: what would have been right.
        found: what stands there.
        remedy: what the user can do.
    """

    def __init__(self, file: object, expected: str, found: str, remedy: str):
        super().__init__(str(file), expected, found, remedy)
        self.file = str(file)


@contextmanager
def reading(path: Path, expected: str, remedy: str) -> Iterator[None]:
    """Turn whatever odd content makes the block raise into a `DamagedFileError`; an `OSError` passes."""
    try:
        yield
    except (DamagedFileError, OSError):
        raise
    except Exception as error:  # parsers and unpicklers given odd content raise anything
        first = next(iter(str(error).splitlines()), "")
        found = f"{type(error).__name__}: {first[:200]}"
        raise DamagedFileError(path, expected, found, remedy) from error


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give the block a temporary path to write to, and move it to `path` when the block succeeds.

    A process killed at any moment leaves the old file or the new one.
    """
    with beside(path) as temporary:
        yield temporary
        if not temporary.is_dir():
            check_file(path)
        temporary.replace(path)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a temporary path in the folder of `path`, which is made when absent; remove what is left there.

    What killed processes left half-written in the folder goes, too, once the block succeeds.
    """
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{platform.node()}-{os.getpid()}.part")
    try:
        with naming(path, temporary):
            yield temporary
            _sweep(path.parent)
    finally:
        _remove(temporary)


@contextmanager
def naming(path: Path, temporary: Path | None = None) -> Iterator[None]:
    """Let an `OSError` of the block name `path` where it names no file, as on a full disk, or `temporary`."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(temporary)):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def make_folder(path: Path) -> None:
    """Make a folder where there is none.

    Raises:
        DamagedFileError: a file stands in its place.
        OSError: it cannot be made.
    """
    check_folder(path)
    path.mkdir(parents=True, exist_ok=True)


def check_folder(path: Path) -> None:
    """Raise a `DamagedFileError` where something else than a folder stands in the place of one."""
    for place in (path, *path.parents):
        if place.is_dir():
            return
        if os.path.lexists(place):
            raise DamagedFileError(place, "a folder", "a file", "move it away, or choose another folder")


def check_file(path: Path) -> None:
    """Raise a `DamagedFileError` where a folder, device, pipe, or a link to one, is in place of a file."""
    if path.exists() and (found := _opening.other_kind(path.stat())):
        raise DamagedFileError(path, "a file", found, "move it away, or choose another name")


def to_json(value: Any) -> str:
    """Return JSON with a trailing newline; NaN, which JSON lacks, becomes null."""
    return json.dumps(_without_nan(value), indent=2, allow_nan=False) + "\n"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, atomically."""
    with atomic(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, atomically."""
    write_bytes(path, to_json(value).encode())


def write_json_once(path: Path, value: Any) -> None:
    """Like `write_json`, but never over a file that is there; on the disk when this returns.

    Raises:
        FileExistsError: `path` exists.
    """
    with beside(path) as temporary:
        with temporary.open("wb") as file:
            file.write(to_json(value).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # a rename would overwrite
        except FileExistsError:
            raise
        except OSError:  # FAT and some network folders know no hard links
            _move_once(temporary, path)


def read_bytes(path: Path, remedy: str, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file.

    Args:
        path: the file.
        remedy: what the error tells the user to do.
        most: bytes that it may have.

    Raises:
        DamagedFileError: it is a folder, a pipe, a device or too large.
        OSError: it is absent, or cannot be read.
    """
    try:
        return _opening.content(path, most)
    except _opening.NoFileError as error:
        raise DamagedFileError(path, error.expected, error.found, remedy) from None


def read_json(path: Path, remedy: str = "put back a whole copy of it") -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Args:
        path: the file.
        remedy: what the error tells the user to do.

    Raises:
        DamagedFileError: no regular file, not UTF-8, not JSON, no object, or nested deeper than 32 levels.
    """
    with reading(path, "a JSON object in UTF-8", remedy):
        value = json.loads(read_bytes(path, remedy, _MAX_JSON).decode("utf-8"), parse_constant=_no_number)
        if not isinstance(value, dict):
            raise TypeError(f"a {type(value).__name__} at the top")
        if _is_deeper(value, _LEVELS):
            raise ValueError(f"more than {_LEVELS} levels of nesting")
    return value


def _move_once(temporary: Path, path: Path) -> None:
    with _alone_in(path.parent):
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        temporary.rename(path)  # on Windows, which locks no folders, it overwrites nothing


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep others that come here out of the block, where the system can lock a folder."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network folders know no locks either
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    for part in folder.glob(".*.part"):
        with suppress(OSError, OverflowError):  # gone already, or another user's
            if _is_abandoned(part):
                _remove(part)


def _remove(part: Path) -> None:
    if part.is_dir() and not part.is_symlink():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)


def _is_abandoned(part: Path) -> bool:
    """Whether its process is no more; a day without change says so where processes cannot be asked."""
    start, _, pid = part.name.removesuffix(".part").rpartition("-")
    if os.name != "posix" or not pid.isdecimal() or not start.endswith(f".{platform.node()}"):
        return time.time() - part.stat().st_mtime > _DAY
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    return False


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)


def _no_number(word: str) -> None:
    raise ValueError(f"{word}, which JSON does not have")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
