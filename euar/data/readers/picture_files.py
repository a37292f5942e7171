"""Picture files, looked at but not decoded: each is there, is a JPEG or a PNG, and is whole."""

from collections.abc import Iterable
from pathlib import Path

from euar.data import pictures
from euar.data.errors import DataError

_SUFFIXES = (".jpg", ".jpeg", ".png")


def check_whole(files: Iterable[Path]) -> None:
    """Raise unless every file is there, is a JPEG or a PNG, and has its end.

    Raises:
        DataError: it names the picture.
    """
    for file in files:
        pictures.check_whole(file)


def check_listed(folder: Path, names: Iterable[str]) -> None:
    """Raise when a folder holds a picture that none of the names names: the list has lost rows.

    Raises:
        DataError: it names one of these pictures.
    """
    try:
        present = {file.name for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES}
    except OSError as error:
        raise DataError(folder, "folder", "a folder of pictures", str(error), "check the path") from error
    if stray := sorted(present - set(names)):
        found = f"none for {stray[0]} ({len(stray)} without a row)"
        remedy = "the list may be truncated: get it again, or move these pictures away"
        raise DataError(folder, "pictures", "a row for every picture", found, remedy)
