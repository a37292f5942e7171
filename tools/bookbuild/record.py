"""What an execution depended on, and whether that is still so.

The key of an execution is a hash of the chapter's code cells, its profile, the versions of Python and of the
libraries that make numbers and pictures, what reaches it of the environment, and the files that the chapter
used: the `euar` modules that its kernel had loaded and the shipped files that it had opened (see `recorder`).
We observe instead of reading import statements: that also finds imports inside functions, and leaves out
modules that are named but never loaded. Observing afterwards is early enough: a chapter cannot start to use
another file unless one of its cells, or a file on its list, changes. Text cells and time stamps are not in
the key.
"""

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from bookbuild import environment
from bookbuild.layout import Chapter
from euar import sealed
from euar.files import DamagedFileError

LIBRARIES = ("torch", "numpy", "matplotlib", "pillow", "scikit-learn", "h5py", "scipy", "statsmodels")


@dataclass(frozen=True)
class Record:
    """One finished execution of a chapter.

    Attributes:
        key: execution key, SHA-256.
        files: path relative to the repository (or absolute) -> SHA-256, of every file that the chapter used.
        executed: SHA-256 of the executed copy.
        seconds: wall clock.
        memory: peak resident memory of the kernel and its children, MB.
        device: where its tensors lived.
        date: when it ended, local time with offset.
    """

    key: str
    files: dict[str, str | None]
    executed: str | None
    seconds: float
    memory: int
    device: str
    date: str

    def save(self, path: Path) -> None:
        """Write the record as JSON, with its hash."""
        sealed.write_json(path, asdict(self))


def load(chapter: Chapter) -> Record | None:
    """Read the record of the chapter's last execution; None if there is none, or a file is not as written."""
    try:
        record = Record(**sealed.read_json(chapter.record, "execute the chapter again"))
    except (FileNotFoundError, DamagedFileError, TypeError):  # or as an older version wrote it
        return None
    return record if record.executed == digest(chapter.executed) else None


def is_current(chapter: Chapter) -> bool:
    """Return whether executing the chapter again would use exactly what its last execution used."""
    record = load(chapter)
    if record is None:
        return False
    cells = code_cells(nbformat.read(chapter.source, as_version=4))
    return record.key == key(chapter.profile, cells, digests(chapter.root, record.files))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the author's code cells, without the one that papermill injects."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in cells if "injected-parameters" not in cell.metadata.get("tags", [])]


def key(profile: str, cells: list[NotebookNode], files: dict[str, str | None]) -> str:
    """Return the execution key of code cells in a profile, given the files that they use."""
    content = {
        "cells": [cell.source for cell in cells],
        "profile": profile,
        "files": files,
        "versions": {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()},
        "environment": environment.deciding(),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def digests(root: Path, names: list[str] | dict[str, str | None]) -> dict[str, str | None]:
    """Hash files, and listings of folders, by path relative to the root; None where there is nothing."""
    return {name: digest(root / name) for name in sorted(names)}


def digest(path: Path) -> str | None:
    """Hash a file, or the listing of a folder; None where there is nothing."""
    if path.is_dir():
        return hashlib.sha256("\n".join(sorted(entry.name for entry in path.iterdir())).encode()).hexdigest()
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
