"""The reader of one file, or of features alone; `euar.data.readers.own` says in which layouts."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import array_files
from euar.data.readers.contract import Content
from euar.data.readers.own import _labels, _wide, folder, hdf5
from euar.data.readers.own._features import Features
from euar.data.readers.own._others import check_slips

NAME = "own-file"
TITLE = "your own data in one NPZ, HDF5 or CSV file; rows to predict also as features alone"
SEEN = True

_ARRAYS = {".npz": array_files.npz, ".h5": array_files.hdf5, ".hdf5": array_files.hdf5}
_SUFFIXES = (".csv", ".npy", *_ARRAYS)
_Parts = tuple[Mapping[str, list[str]], dict[str, Features]]  # columns of labels, and {modality: features}


def matches(path: Path) -> bool:
    """Tell whether it is a file that may hold features, or a folder with one; a name tells no more."""
    files = path.iterdir() if path.is_dir() else [path]
    return any(file.suffix.lower() in _SUFFIXES for file in files)


def read(path: Path) -> Content:
    """Return what the source holds, see `euar.data.readers.own`.

    Raises:
        DataError: a file is damaged, holds no features, or its parts do not fit each other.
    """
    table, features = ({}, folder.features(path)) if path.is_dir() else _parts(path)
    check_slips(path, table, _labels.COLUMNS)
    if not features:
        found = ", ".join(f"{name} ({len(cells)},)" for name, cells in table.items())[:200] or "none"
        expected, remedy = "arrays (n, d) of features, named after their modalities", "add them"
        raise DataError(path, "modalities", expected, found, remedy)
    first = path if table else next(iter(features.values())).file
    return _labels.content(path, first, {"id": _ids(features), **table}, features)


def _parts(file: Path) -> _Parts:
    suffix = file.suffix.lower()
    if suffix == ".csv":
        return _wide.parts(file)
    return _arrays(file, _ARRAYS[suffix](file)) if suffix in _ARRAYS else ({}, folder.modality(file))


def _arrays(file: Path, arrays: Mapping[str, np.ndarray]) -> _Parts:
    """Return the columns, which are the arrays (n,), and the features, which are the others."""
    arrays = {name.removeprefix("views/"): values for name, values in arrays.items()}
    if "values" in arrays and arrays.keys() <= {"values", "id", "lengths"}:
        return {}, {file.stem: folder.named(file, arrays)}
    if nested := [name for name in arrays if "/" in name]:
        expected, remedy = "arrays at the top of the file", "write each as file['voice'] = values"
        raise DataError(file, "arrays", expected, f"{nested[0]!r:.80}", f"{remedy}; labels/ needs labels/id")
    columns = {name for name, values in arrays.items() if values.ndim == 1 and not _is_length(name, arrays)}
    if wrong := [name for name in _labels.COLUMNS if name in arrays.keys() - columns - _labels.RAW.keys()]:
        found = f"shape {arrays[wrong[0]].shape}"
        raise DataError(file, wrong[0], "an entry a row, (n,)", found, "write it with .ravel()")
    table = hdf5.columns(file, {name: values for name, values in arrays.items() if name in columns})
    ids = {"id": arrays["id"]} if "id" in columns else {}
    return table, folder.views(file, {name: v for name, v in arrays.items() if name not in columns} | ids)


def _is_length(name: str, arrays: Iterable[str]) -> bool:
    return name.endswith("_lengths") and name.removesuffix("_lengths") in arrays


def _ids(features: Mapping[str, Features]) -> list[str]:
    """Return the ids of all modalities, each once, as they come; without any, the numbers of the rows."""
    named = [row_id for found in features.values() for row_id in found.ids or ()]
    first = next(iter(features.values()))
    return list(dict.fromkeys(named)) or [str(row) for row in range(len(first.values))]
