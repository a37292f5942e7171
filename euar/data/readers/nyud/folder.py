"""NYU Depth V2, labelled pictures, as an indexed folder: `nyud2.csv` and the pictures that it names.

The list has `id,split,scene27,class10,rgb,depth`. Depth pictures are 8-bit grey; metres = value / 25.5.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from euar.data.errors import DataError
from euar.data.readers import picture_files, tables
from euar.data.readers.contract import Content
from euar.data.readers.nyud import _rooms

NAME = "nyud"
TITLE = "NYU Depth V2 (folder with nyud2.csv and pictures)"
SEEN = True

_HEADER = ["id", "split", "scene27", "class10", "rgb", "depth"]
_MODALITIES = {"rgb": "image", "depth": "depth"}
_SPLITS = {"train": "train", "test": "test"}
_NUMBER = r"[1-9]\d{0,8}"
_POINTER = r"([\w-]+/)*[\w-]+\.(jpg|jpeg|png)"


def matches(path: Path) -> bool:
    """Tell whether the first line of the list is its header."""
    return tables.sniff_names(_file(path)) == _HEADER


def read(path: Path) -> Content:
    """Return the ten classes of `_rooms`, int64 (n,), with pictures and depth maps as raw content.

    Raises:
        DataError: the list or a picture is damaged or absent, or a picture stands in no row.
    """
    file = _file(path)
    table = tables.columns(file, _HEADER)
    for column, pattern in (("id", _NUMBER), ("rgb", _POINTER), ("depth", _POINTER)):
        _check_cells(file, column, table[column], pattern)
    _check_classes(file, table)
    pictures = {name: [file.parent / cell for cell in table[name]] for name in _MODALITIES}
    files = [*pictures["rgb"], *pictures["depth"]]
    picture_files.check_whole(files)
    picture_files.check_listed(file.parent, files)
    split = tables.words(file, "split", table["split"], _SPLITS)
    return _rooms.content(
        path,
        [file, *files],
        [int(cell) for cell in table["id"]],
        {"type": table["scene27"], "split": split},
        {name: (kind, table[name]) for name, kind in _MODALITIES.items()},
    )


def _check_cells(file: Path, column: str, cells: list[str], pattern: str) -> None:
    for row, cell in enumerate(cells):
        if not re.fullmatch(pattern, cell, re.ASCII):
            found = f"{cell[:80]!r} in {tables.where(cells, row)}"
            raise DataError(file, column, f"cells that match {pattern}", found, "correct the cell")


def _check_classes(file: Path, table: Mapping[str, list[str]]) -> None:
    expected = tables.words(file, "scene27", table["scene27"], _rooms.CLASS_OF)
    for row, (cell, label) in enumerate(zip(table["class10"], expected, strict=True)):
        if cell != label:
            found = f"{cell[:80]!r} in {tables.where(table['class10'], row)}"
            raise DataError(
                file, "class10", f"{label!r}, the class of its scene27", found, "correct the cell"
            )


def _file(path: Path) -> Path:
    return path / "nyud2.csv" if path.is_dir() else path
