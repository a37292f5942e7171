"""NYU Depth V2 as TRecgNet and QMF lay it out: `nyud2_trainvaltest/{train,test}/<class>/<id>.png`.

Each picture has the colours in its left half and the depth in its right half, usually coded in three channels
(HHA). So both halves have the kind "image", read as 8-bit RGB; a grey half gives three equal channels.
"""

import re
from pathlib import Path

from euar.data.errors import DataError
from euar.data.readers import picture_files
from euar.data.readers.contract import Content
from euar.data.readers.nyud import _rooms

NAME = "nyud-pairs"
TITLE = "NYU Depth V2 with colours and depth side by side ({train,test}/<class>/<id>.png)"
SEEN = False  # from the published layout

_SPLITS = ("train", "test")


def matches(path: Path) -> bool:
    """Tell whether train and test both have a folder named like a class."""
    root = _root(path)
    return all(any((root / word / name).is_dir() for name in _rooms.CLASSES) for word in _SPLITS)


def read(path: Path) -> Content:
    """Return the ten classes of `_rooms`, int64 (n,), with the halves of the pictures as raw content.

    The id is the number at the end of a picture's name, without leading zeros.

    Raises:
        DataError: a folder is no class, or a picture lies elsewhere, has no number, or is damaged.
    """
    files = picture_files.below(_root(path))
    for file in files:
        _check_place(_root(path), file)
    numbers = [_number(file) for file in files]
    picture_files.check_whole(files)
    pointers = [file.relative_to(path).as_posix() for file in files]
    rows = {
        "type": [_type(file.parent) for file in files],
        "split": [file.parent.parent.name for file in files],
    }
    raw = {
        "rgb": ("image", [f"{pointer}#left" for pointer in pointers]),
        "depth": ("image", [f"{pointer}#right" for pointer in pointers]),
    }
    return _rooms.content(path, files, numbers, rows, raw)


def _check_place(root: Path, file: Path) -> None:
    """Raise at a picture elsewhere, such as in a split of another name: it would be lost."""
    place = file.relative_to(root)
    if len(place.parts) != 3 or place.parts[0] not in _SPLITS:
        expected, remedy = "{train,test}/CLASS/PICTURE", "put the picture there, or move it away"
        raise DataError(root, "pictures", expected, place.as_posix()[:200], remedy)


def _type(folder: Path) -> str:
    if folder.name not in _rooms.CLASS_OF:
        expected = f"a folder named {' | '.join(_rooms.CLASSES)}"
        raise DataError(folder, "class", expected, folder.name, "rename the folder or move it away")
    return folder.name


def _number(file: Path) -> int:
    found = re.fullmatch(r"[A-Za-z_-]*(\d{1,9})", file.stem, re.ASCII)
    if not found:
        raise DataError(file, "id", "a name that ends in the picture's number", file.name, "rename the file")
    return int(found[1])


def _root(path: Path) -> Path:
    inner = path / "nyud2_trainvaltest"
    return inner if inner.is_dir() else path
