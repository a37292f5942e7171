"""Picture files, looked at but not decoded: each is there, is a JPEG or a PNG, and is whole."""

from collections.abc import Iterable
from pathlib import Path

from euar.data.errors import DataError

_FORMATS = (  # how a file begins, how it ends
    (b"\xff\xd8\xff", b"\xff\xd9"),  # JPEG
    (b"\x89PNG\r\n\x1a\n", b"\0\0\0\0IEND\xaeB`\x82"),
)
_LONGEST = 12
_SUFFIXES = (".jpg", ".jpeg", ".png")


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


def _ends(file: Path) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a file."""
    try:
        with file.open("rb") as stream:
            start = stream.read(_LONGEST)
            stream.seek(max(0, stream.seek(0, 2) - _LONGEST))
            return start, stream.read()
    except OSError as error:
        raise DataError(file, "picture", "a readable file", str(error), "get the picture again") from error
