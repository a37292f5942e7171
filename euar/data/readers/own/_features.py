"""Features in users' own data, joined to the table of labels by id or by order."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import plausible

_LARGEST_INTEGER = 2**24  # up to here float32 holds every integer


class Features(NamedTuple):
    """The features of one modality as a file has them."""

    file: Path
    values: np.ndarray  # (n, d), or (n, T, d) padded at the end
    ids: Sequence[str] | None  # None: in the order of the labels
    lengths: np.ndarray | None  # None: all T frames count
    cells: tuple[Sequence[str], Sequence[int]] | None = None  # of a table: columns, and lines of the rows

    def where(self, labels: Sequence[str], row: int, column: int) -> str:
        """Return where the number stands in a table that `joined` puts into this row and column."""
        names, lines = self.cells or ([], [])
        place = row if self.ids is None else list(self.ids).index(labels[row])
        return f"column {names[column][:80]!r} in line {lines[place]} of {self.file.name}"


def joined(
    ids: Sequence[str], name: str, found: Features
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Return values and lengths in the order of the labels, and which rows are there."""
    values, lengths = found.values, found.lengths
    if values.dtype.kind not in "iuf" or values.ndim not in (2, 3):
        described = f"{values.dtype} of shape {values.shape}"
        raise DataError(found.file, name, "numbers (n, d) or (n, T, d)", described, "convert the array")
    values = believable(found.file, name, values)
    if values.ndim == 3 and lengths is None:
        lengths = np.full(len(values), values.shape[1])
    if lengths is not None and (lengths.dtype.kind not in "iu" or lengths.shape != values.shape[:1]):
        described = f"{lengths.dtype} of shape {lengths.shape}"
        raise DataError(
            found.file, f"{name}_lengths", f"integers ({len(values)},)", described, "correct them"
        )
    place = _places(ids, name, found)
    there = place >= 0
    if not there.any():
        raise DataError(found.file, name, "ids that the labels have", "none of them", "use the same ids")
    taken = np.where(there.reshape(-1, *[1] * (values.ndim - 1)), values[place], 0)
    return taken, None if lengths is None else np.where(there, lengths[place], 0), there


def believable(file: Path, name: str, values: np.ndarray) -> np.ndarray:
    """Return the values, unless their type or byte order seems to be another than the file says.

    Raises:
        DataError: floats of no plausible size, or integers that float32 cannot hold.
    """
    if values.dtype.kind == "f":
        wide = values.astype(np.float32) if values.dtype.itemsize == 2 else values
        return plausible.numbers(file, name, wide, values.ndim)
    if values.size and (largest := max(-int(values.min()), int(values.max()))) > _LARGEST_INTEGER:
        found = f"{largest}: perhaps of another type or byte order"
        raise DataError(file, name, f"integers up to {_LARGEST_INTEGER}", found, "write floats instead")
    return values


def _places(ids: Sequence[str], name: str, found: Features) -> np.ndarray:
    """Return the row of each id among the features, -1 where it has none."""
    if found.ids is None:
        if len(found.values) != len(ids):
            expected = f"{len(ids)} rows, as the labels have"
            raise DataError(found.file, name, expected, f"{len(found.values)}", "give one row for each label")
        return np.arange(len(ids))
    known = {row_id: row for row, row_id in enumerate(found.ids)}
    if len(known) < len(found.ids) or len(found.ids) != len(found.values):
        described = f"{len(found.ids)} ids, {len(known)} of them different, {len(found.values)} rows"
        raise DataError(found.file, name, "one id a row, each once", described, "correct the ids")
    if stray := sorted(set(known) - set(ids)):
        remedy = "add the row to the labels, or drop it here"
        raise DataError(found.file, name, "ids that the labels have", repr(stray[0]), remedy)
    return np.array([known.get(row_id, -1) for row_id in ids])
