"""The files of one run, as bytes to write and as checked content to read."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from euar import sealed
from euar.files import DamagedFileError, read_bytes, reading


def read_fields(folder: Path) -> dict[str, Any]:
    """Return what `run.json` holds: the record of a run, its identity, its history and its files' hashes.

    Raises:
        DamagedFileError: the file is not what `Run.save` wrote.
    """
    return sealed.read_json(folder / "run.json", remedy(folder))


def remedy(folder: Path) -> str:
    """Return what to do about a damaged run."""
    return f"delete the folder {folder} and train this seed again; other seeds stay as they are"


def torch_bytes(state: dict[str, Any]) -> bytes:
    """Return what `torch.save` would write."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """Return what `np.savez` would write."""
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)  # NumPy declares its own keywords only
    np.savez(buffer, **named)
    return buffer.getvalue()


@contextmanager
def part(folder: Path, fields: dict[str, Any], name: str, expected: str) -> Iterator[io.BytesIO]:
    """Give the block the content of a file of the run; the error names the file if the block fails.

    Args:
        folder: of the run.
        fields: as `read_fields` returns them.
        name: of the file.
        expected: what it holds, in words.

    Raises:
        DamagedFileError: the file is missing, no regular file, has another hash, or the block failed.
    """
    path = folder / name
    if not path.exists():
        raise DamagedFileError(path, expected, "no such file", remedy(folder))
    with reading(path, expected, remedy(folder)):
        content = read_bytes(path, remedy(folder))
        sealed.check(path, content, fields["files"][name], remedy(folder))
        yield io.BytesIO(content)
