"""One process at a time works in a folder."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from euar.files import DamagedFileError, check_file, make_folder, read_json, write_json


@contextmanager
def sole_worker(folder: Path, wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Keep every other process out of a folder while the block runs.

    The lock dies with the process that holds it. `.lock` stays behind, empty: to remove it would let two in.

    Args:
        folder: made when absent.
        wait: told who works there before this one waits for its end; None: it does not wait.

    Raises:
        BlockingIOError: another process works there; it says which, and since when.
        DamagedFileError: a file stands in place of the folder, or a folder in place of `.lock` or `.worker`.
        OSError: the folder cannot be made or locked.
    """
    make_folder(folder)
    lock, note = FileLock(folder / ".lock"), folder / ".worker"
    for file in (folder / ".lock", note):
        check_file(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        other = f"{folder}: {_worker(note)} works here"
        if wait is None:
            raise BlockingIOError(f"{other}; wait for its end, or choose another folder") from None
        wait(f"{other}; waiting for its end")
        lock.acquire()
    except NotImplementedError as error:  # some network folders
        raise OSError(f"{folder}: {error}; choose a folder on another disk") from error
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        write_json(note, {"pid": os.getpid(), "host": platform.node(), "since": now})
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _worker(note: Path) -> str:
    try:
        fields = read_json(note)
    except (FileNotFoundError, DamagedFileError):  # the lock counts; the note is a courtesy
        return "another process"
    return f"process {fields.get('pid')} on {fields.get('host')}, since {fields.get('since')},"
