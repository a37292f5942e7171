"""Users' own data in one HDF5 file: `labels/id`, `labels/label`, …, and `views/NAME`.

The data sets below `labels` are the columns of `labels.csv`, see `own.folder`; those below `views` are the
features of one modality each, (n, d), or (n, T, d) with `views/NAME_lengths` (n,).
"""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from euar.data import hdf5 as files
from euar.data.errors import DataError
from euar.data.readers import array_files
from euar.data.readers.contract import Content
from euar.data.readers.own import _labels
from euar.data.readers.own._features import Features, believable
from euar.data.readers.own.folder import texts

NAME = "own-hdf5"
TITLE = "your own data (HDF5 file with labels/id, labels/label and views/NAME)"
SEEN = True


def matches(path: Path) -> bool:
    """Tell whether the file is HDF5 and has ids of labels."""
    if not files.signed(path):
        return False
    try:
        with files.opened(path) as file:
            return "labels/id" in file
    except DataError:
        return False


def read(path: Path) -> Content:
    """Return what the file holds, see above.

    Raises:
        DataError: the file is damaged, or its parts do not fit each other.
    """
    arrays = array_files.hdf5(path)
    if stray := [name for name in arrays if not name.startswith(_PARTS)]:
        expected, remedy = f"arrays in {' and '.join(_PARTS)}", "move it there, or out of the file"
        raise DataError(path, "arrays", expected, f"{stray[0]!r:.80}", remedy)
    table, views = ({n.partition("/")[2]: a for n, a in arrays.items() if n.startswith(p)} for p in _PARTS)
    features = {
        name: Features(path, values, None, views.get(f"{name}_lengths"))
        for name, values in views.items()
        if not name.endswith("_lengths")
    }
    return _labels.content(path, path, columns(path, table), features)


_PARTS = ("labels/", "views/")
_NUMBERS = ("label", "label_sd")


def columns(path: Path, arrays: Mapping[str, np.ndarray]) -> dict[str, list[str]]:
    """Return arrays (n,) as the columns of a table of labels.

    Raises:
        DataError: their lengths differ, or one holds something else than text or numbers.
    """
    found = {name: _cells(path, name, values) for name, values in arrays.items()}
    if len({len(cells) for cells in found.values()}) > 1:
        lengths = ", ".join(f"{name} {len(cells)}" for name, cells in found.items())[:200]
        remedy = "write one array for all rows, with a split beside it"
        raise DataError(path, "labels", "as many entries in each", lengths, remedy)
    return found


def _cells(path: Path, name: str, values: np.ndarray) -> list[str]:
    """Return a column as the cells of a table."""
    if name in _NUMBERS and values.dtype.kind in "iuf":
        values = believable(path, f"labels/{name}", values)
    if values.ndim == 1 and values.dtype.kind == "f":
        return [repr(float(value)) for value in values]
    if values.ndim == 1 and (words := h5py.check_enum_dtype(values.dtype)):
        named = {number: word for word, number in words.items()}
        return [named.get(int(value), str(value)) for value in values]
    try:
        found = texts(path, values)
    except DataError as error:
        raise error.about(f"labels/{name}") from None
    if not found:
        raise DataError(path, f"labels/{name}", "at least one row", "none", "add rows")
    return found
