"""Where a set comes from: the record that each reader leaves in `meta["source"]`."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from euar.data.errors import DataError
from euar.data.regular import regular_file

SPLITS = ("train", "valid", "test")


def record(reader: str, path: Path, files: Iterable[Path], split: Iterable[str], **notes: Any) -> dict:
    """Return the provenance of a set.

    Args:
        reader: the reader's name.
        path: what the user named, a file or a folder.
        files: the files that were read; those in subfolders with many members count as one, see `digests`.
        split: the word of each row.
        notes: what else the reader did, such as `replaced` or `dropped`, as JSON values.
    """
    counts = Counter(str(word) for word in split)
    return {
        "reader": reader,
        "path": str(path),
        "files": digests(path, files),
        "counts": {word: counts[word] for word in SPLITS},
        **notes,
    }


def digests(path: Path, files: Iterable[Path], many: int = 20) -> list[dict[str, str]]:
    """Return [{name, sha256}]; a folder from which more than `many` files were read gets one hash for all.

    That hash is over lines "SHA-256  name", in the order of the names, as `sha256sum` prints them.
    """
    root = path if path.is_dir() else path.parent
    folders: dict[str, list[Path]] = {}
    for file in sorted(files):
        folders.setdefault(file.parent.relative_to(root).as_posix(), []).append(file)
    found: dict[str, str] = {}
    for folder, members in folders.items():
        if len(members) <= many:
            found |= {file.relative_to(root).as_posix(): sha256(file) for file in members}
        else:
            lines = "".join(f"{sha256(file)}  {file.name}\n" for file in members)
            found[f"{folder}/ ({len(members)} files)"] = hashlib.sha256(lines.encode()).hexdigest()
    return [{"name": name, "sha256": digest} for name, digest in found.items()]


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with regular_file(file) as stream:
        try:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise DataError(file, "file", "a readable file", str(error), "get the file again") from error
