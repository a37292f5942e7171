"""Files that are either whole or not there."""

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give the block a temporary path to write to, and move it to `path` when the block succeeds.

    A process killed at any moment leaves the old file or the new one.
    """
    with _beside(path) as temporary:
        yield temporary
        temporary.replace(path)


def to_json(value: Any) -> str:
    """Return JSON with a trailing newline; NaN, which JSON lacks, becomes null."""
    return json.dumps(_without_nan(value), indent=2, allow_nan=False) + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(to_json(value), encoding="utf-8")


def write_json_once(path: Path, value: Any) -> None:
    """Like `write_json`, but never over a file that is there.

    Raises:
        FileExistsError: `path` exists.
    """
    with _beside(path) as temporary:
        temporary.write_text(to_json(value), encoding="utf-8")
        os.link(temporary, path)  # a rename would overwrite


def read_json(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a temporary path in the folder of `path`, which is made when absent; remove what is left there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
