"""Picture files, looked at but not decoded: each is there, is a JPEG or a PNG, and is whole."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from euar.data.errors import DataError

_FORMATS = (  # how a file begins, how it ends
    (b"\xff\xd8\xff", b"\xff\xd9"),  # JPEG
    (b"\x89PNG\r\n\x1a\n", b"\0\0\0\0IEND\xaeB`\x82"),
)
_LONGEST = 12
_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")  # in either case


def below(folder: Path) -> list[Path]:
    """Return the files in a folder and its folders that are named like pictures, sorted; hidden ones not.

    Formats that `check_whole` refuses are among them, so that no picture is passed over.

    Raises:
        DataError: it is no folder.
    """
    if not folder.is_dir():
        raise DataError(folder, "folder", "a folder of pictures", "none", "check the path")
    files = (parent / name for parent, names in _walk(folder) for name in names)
    return sorted(f for f in files if f.suffix.lower() in _SUFFIXES and not f.name.startswith("."))


def by_name(folder: Path) -> dict[str, Path]:
    """Return {name without suffix: picture} of the pictures in a folder.

    Raises:
        DataError: it is no folder, or a name stands twice.
    """
    found: dict[str, Path] = {}
    for file in below(folder):
        if file.parent == folder and found.setdefault(file.stem, file) != file:
            raise DataError(folder, "pictures", f"one {file.stem}", f"{file.name} too", "keep one of them")
    return found


def check_whole(files: Iterable[Path]) -> None:
    """Raise unless every file is there, begins with the signature of JPEG or PNG and has its end marker.

    Raises:
        DataError: it names the picture.
    """
    for file in files:
        start, end = _ends(file)
        marker = next((marker for signature, marker in _FORMATS if start.startswith(signature)), None)
        if marker is None:
            raise DataError(
                file, "picture", "a JPEG or PNG file", f"a file with {start!r} first", "replace it"
            )
        if not end.endswith(marker):
            found = f"{end!r} at its end: the picture is cut off"
            raise DataError(file, "picture", f"{marker!r} at its end", found, "get the picture again")


def check_listed(folder: Path, files: Iterable[Path]) -> None:
    """Raise when a folder, or a folder in it, holds another picture than these: the list has lost rows.

    Raises:
        DataError: it names one of these pictures.
    """
    if stray := sorted(set(below(folder)) - set(files)):
        found = f"none for {stray[0].relative_to(folder).as_posix()} ({len(stray)} without a row)"
        remedy = "the list may be truncated: get it again, or move these pictures away"
        raise DataError(folder, "pictures", "a row for every picture", found, remedy)


def _walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield each folder with its files; links are followed, no folder twice."""
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(parent)) in seen:
            folders.clear()
            continue
        seen.add(real)
        yield Path(parent), names


def _ends(file: Path) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a file."""
    try:
        with file.open("rb") as stream:
            start = stream.read(_LONGEST)
            stream.seek(max(0, stream.seek(0, 2) - _LONGEST))
            return start, stream.read()
    except OSError as error:
        raise DataError(file, "picture", "a readable file", str(error), "get the picture again") from error
