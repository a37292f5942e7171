"""Picture files, looked at but not decoded: each is there, is a JPEG or a PNG, and is whole."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from euar.data import pictures
from euar.data.errors import DataError
from euar.data.regular import check_inside

#: What pictures are named, in lower case; those that are not read, too.
SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".tif", ".tiff"),
    *(".webp", ".heic", ".heif", ".avif", ".jp2", ".ppm"),
)


def below(folder: Path) -> list[Path]:
    """Return the files in a folder and its folders that are named like pictures, sorted; hidden ones not.

    Formats that `check_whole` refuses are among them, so that no picture is passed over.

    Raises:
        DataError: it is no folder, or a link in it leads out of it.
    """
    if not folder.is_dir():
        raise DataError(folder, "folder", "a folder of pictures", "none", "check the path")
    files = (parent / name for parent, names in _walk(folder) for name in names)
    return sorted(f for f in files if f.suffix.lower() in SUFFIXES and not f.name.startswith("."))


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
    """Raise unless every file is there, is a JPEG or a PNG, and has its end.

    Raises:
        DataError: it names the picture.
    """
    for file in dict.fromkeys(files):  # many rows may name one
        pictures.check_whole(file)


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
    """Yield each folder with its files; links are followed inside the folder, no folder twice."""
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(parent)) in seen:
            folders.clear()
            continue
        check_inside(Path(parent), folder)  # a link to / would lead over the whole disk
        seen.add(real)
        yield Path(parent), names
