"""What the readers of users' own data share: the table of labels, and features that are joined to it."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import plausible, splitting, tables
from euar.data.readers.contract import Content
from euar.data.regular import check_regular

RAW = {"text": "text", "image": "image", "audio": "audio"}  # columns with raw content -> their kind
_POINTERS = ("image", "audio")
_LARGEST_INTEGER = 2**24  # up to here float32 holds every integer
COLUMNS = ("id", "label", "split", "group", "label_sd", *RAW)
_SPLITS = {"train": "train", "valid": "valid", "val": "valid", "dev": "valid", "test": "test"}


class Features(NamedTuple):
    """The features of one modality as a file has them."""

    file: Path
    values: np.ndarray  # (n, d), or (n, T, d) padded at the end
    ids: Sequence[str] | None  # None: in the order of the labels
    lengths: np.ndarray | None  # None: all T frames count


def content(
    path: Path, labels: Path, table: Mapping[str, list[str]], features: Mapping[str, Features]
) -> Content:
    """Return the content of a table of labels and the features that belong to it.

    Args:
        path: the source.
        labels: the file of the labels, for errors.
        table: {column: n cells}.
        features: {modality: what its file has}.

    Raises:
        DataError: a column is unknown or missing, a cell does not fit, or features do not fit the labels.
    """
    _check_columns(labels, table)
    for name in ("id", "label", "group"):
        _check_filled(labels, name, table.get(name, ()))
    target, meta = _target(labels, table["label"])
    named = _named(labels, table)
    if not features and not table.keys() & RAW:
        expected = "features, or a column text, image or audio"
        raise DataError(path, "modalities", expected, "neither", "put features beside the labels")
    joined = {name: _joined(table["id"], name, found) for name, found in features.items()}
    split = table.get("split")
    return Content(
        name=path.stem,
        files=sorted({labels, *named, *(found.file for found in features.values())}),
        target=target,
        ids=table["id"],
        split=tables.words(labels, "split", split, _SPLITS)
        if split
        else splitting.assign(path, target, table.get("group") or table["id"]),
        groups=table.get("group"),
        target_sd=tables.numbers(labels, "label_sd", table["label_sd"]) if "label_sd" in table else None,
        modalities={name: values for name, (values, lengths, _) in joined.items() if values.ndim == 2},
        sequences={
            name: (values, lengths) for name, (values, lengths, _) in joined.items() if values.ndim == 3
        },
        available={name: there for name, (_, _, there) in joined.items()},
        raw={name: (kind, table[name]) for name, kind in RAW.items() if name in table},
        meta=meta,
    )


def _check_columns(labels: Path, table: Mapping[str, list[str]]) -> None:
    for name in table:
        if name not in COLUMNS:
            raise DataError(
                labels, "header", f"some of {', '.join(COLUMNS)}", repr(name), "rename the column"
            )
    for name in COLUMNS[:2]:
        if name not in table:
            raise DataError(labels, "header", f"a column {name}", ", ".join(table)[:200], "add it")


def _target(labels: Path, cells: Sequence[str]) -> tuple[np.ndarray, dict[str, Any]]:
    """Return classes where all labels are integers or all are words, ratings where all are other numbers."""
    numeric = [_is_number(cell) for cell in cells]
    if any(numeric) and not all(numeric):
        row = numeric.index(not numeric[0])
        found = f"{cells[0]!r} in row 1 and {cells[row]!r} in row {row + 1}"
        raise DataError(labels, "label", "all numbers, or all words", found, "correct the labels")
    integer = all(re.fullmatch(r"[+-]?\d{1,18}", cell, re.ASCII) for cell in cells)
    if all(numeric) and not integer:
        return tables.numbers(labels, "label", cells).astype(np.float32), {}
    values = [int(cell) if integer else cell.strip() for cell in cells]
    names = sorted(set(values))
    if len(names) < 2:
        raise DataError(labels, "label", "at least two classes", repr(names[0])[:80], "add labels")
    target = np.array([names.index(value) for value in values], dtype=np.int64)
    return target, {"classes": [str(name) for name in names]}


def _is_number(cell: str) -> bool:
    try:
        return not math.isnan(float(cell)) or True
    except ValueError:
        return False


def _check_filled(labels: Path, name: str, cells: Sequence[str]) -> None:
    for row, cell in enumerate(cells, 1):
        if not cell.strip():
            raise DataError(labels, name, "a value in every row", f"none in row {row}", "fill the cell in")


def _named(labels: Path, table: Mapping[str, Sequence[str]]) -> set[Path]:
    """Return the files that the cells name; each must be there, below the folder of the labels."""
    found = set()
    for name in _POINTERS:
        for row, cell in enumerate(table.get(name, ()), 1):
            pointer = cell.partition("#")[0]
            if problem := _problem(labels.parent, pointer):
                expected = f"the path of a file in the folder of {labels.name}, relative to it"
                found_there = f"{cell[:80]!r} in row {row}: {problem}"
                raise DataError(labels, name, expected, found_there, "correct the cell")
            found.add(labels.parent / pointer)
    return found


def _problem(folder: Path, name: str) -> str:
    """Return why a name is not that of a regular file in the folder, or "" if it is."""
    pointer = PurePosixPath(name)
    if pointer.is_absolute() or ".." in pointer.parts:
        return "no relative path that stays inside"
    try:
        check_regular(folder / pointer, folder=folder)
    except DataError as error:
        return error.found
    return ""


def _joined(
    ids: Sequence[str], name: str, found: Features
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Return values and lengths in the order of the labels, and which rows are there."""
    values, lengths = found.values, found.lengths
    if values.dtype.kind not in "iuf" or values.ndim not in (2, 3):
        described = f"{values.dtype} of shape {values.shape}"
        raise DataError(found.file, name, "numbers (n, d) or (n, T, d)", described, "convert the array")
    values = _believable(found.file, name, values)
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


def _believable(file: Path, name: str, values: np.ndarray) -> np.ndarray:
    """Return the values, unless their type or byte order seems to be another than the file says."""
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
