"""Files that carry the SHA-256 of their content: a flipped bit is an error, not another number.

A binary file ends in a line with the hash, which `torch.load` passes over; a JSON object has it as a field.
"""

import hashlib
from pathlib import Path
from typing import Any

from euar import files
from euar.files import DamagedFileError, reading, to_json

_MARK = b"\nsha256 "
_SIZE = len(_MARK) + 64


def sha256(content: bytes) -> str:
    """Return the hash as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def check(path: Path, content: bytes, expected: str | None, remedy: str) -> None:
    """Raise a `DamagedFileError` unless the content of `path` has the hash that was written down."""
    found = sha256(content)
    if found != expected:
        raise DamagedFileError(path, f"content with SHA-256 {expected}", found, remedy)


def write(path: Path, content: bytes) -> None:
    """Write content and its hash, atomically."""
    files.write_bytes(path, b"".join((content, _MARK, sha256(content).encode())))


def read(path: Path, remedy: str) -> bytes:
    """Return the content that `write` wrote.

    Args:
        path: the file.
        remedy: what the error tells the user to do.

    Raises:
        DamagedFileError: it is no regular file, the hash is not there, or is another.
    """
    whole = files.read_bytes(path, remedy)
    content, seal = whole[:-_SIZE], whole[-_SIZE:]
    if not seal.startswith(_MARK):
        raise DamagedFileError(path, "a SHA-256 at its end", f"none in {len(whole)} bytes", remedy)
    check(path, content, seal.removeprefix(_MARK).decode("ascii", "replace"), remedy)
    return content


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write an object as JSON with its hash, atomically."""
    files.write_json(path, with_hash(value))


def with_hash(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object with one more field, the hash of all others."""
    return {**value, "sha256": sha256(to_json(value).encode())}


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    """Return the object that `write_json` wrote.

    Args:
        path: the file.
        remedy: what the error tells the user to do.

    Raises:
        DamagedFileError: no JSON object, or its hash is not there, or is another.
    """
    return without_hash(path, files.read_json(path, remedy), remedy)


def without_hash(path: Path, value: dict[str, Any], remedy: str) -> dict[str, Any]:
    """Return the object that `with_hash` took.

    Args:
        path: the file that it comes from.
        value: what `with_hash` returned.
        remedy: what the error tells the user to do.

    Raises:
        DamagedFileError: its hash is not there, or is another.
    """
    value = dict(value)
    expected = value.pop("sha256", None)
    with reading(path, "plain values", remedy):
        content = to_json(value).encode()
    check(path, content, expected, remedy)
    return value
