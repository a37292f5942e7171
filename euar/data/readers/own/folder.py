"""Users' own data: a folder with `labels.csv`, and features or raw content.

`labels.csv` has the columns `id,label`, and may have `split` (train, valid, test, or words like these),
`group` (what a split must not part), `label_sd` (how far raters disagreed), `text`, `image` and `audio` (the
text itself; paths relative to the folder, where the files must lie). Other columns are kept as text in
`MultimodalDataset.metadata`. Rows to predict need no `label`. Pictures are JPEG or PNG and are turned upright
as their EXIF orientation says; sounds are WAV. Labels that are all integers or all words are classes; write
ratings as 1.0, since `euar train` asks what integers are (`--task`). Classes or groups whose names look the
same are one, with a warning. Pictures or sounds without a row are counted.
Without a column `split` the rows are split 70 / 10 / 20 by group, alike in all classes.

Features of a modality NAME stand in one file:

- `views.npz`: arrays NAME (n, d), or (n, T, d) with NAME_lengths (n,), in the order of the labels, or of its
  array `id`;
- `NAME.csv`: a header `id,...`, then the id and numbers; a row that is absent is not available, and an empty
  cell, or a word such as NA, is NaN;
- `NAME.npy`: an array in the order of the labels;
- `NAME.npz` or `NAME.h5` (`.hdf5`): `values`, and if they are not in the order of the labels `id`; `lengths`.

A file of a format that may hold features, but is none of these, is refused. Subfolders may
hold pictures, sounds, or rows to predict. Names that begin with a point, as the `._NAME` of macOS do, are
passed over.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import array_files, tables
from euar.data.readers.contract import Content
from euar.data.readers.own import _labels
from euar.data.readers.own._features import Features
from euar.data.regular import visible

NAME = "own-folder"
TITLE = "your own data (folder with labels.csv)"
SEEN = True

_LABELS, _VIEWS = "labels.csv", "views.npz"


def matches(path: Path) -> bool:
    """Tell whether the folder has a table of labels."""
    return path.is_dir() and os.path.lexists(path / _LABELS)  # whatever stands there is named


def read(path: Path) -> Content:
    """Return what the folder holds, see above.

    Raises:
        DataError: a file is damaged, or the files do not fit each other.
    """
    labels = path / _LABELS
    return _labels.content(path, labels, tables.columns(labels), features(path))


def features(path: Path) -> dict[str, Features]:
    """Return {modality: features} of all files in a folder.

    Raises:
        DataError: see `read`.
    """
    features: dict[str, Features] = {}
    for file in visible(path):
        found = views(file, array_files.npz(file)) if file.name.lower() == _VIEWS else modality(file)
        if twice := sorted(set(found) & set(features)):
            remedy = "keep one of the files"
            raise DataError(
                file, twice[0], "one file a modality", f"also in {features[twice[0]].file.name}", remedy
            )
        features |= found
    return features


def views(file: Path, arrays: Mapping[str, np.ndarray]) -> dict[str, Features]:
    """Return {modality: features} of arrays named so, with NAME_lengths and `id` if they are there.

    Raises:
        DataError: the lengths of a modality that is not there, or ids that are no text.
    """
    ids = texts(file, arrays.get("id"))
    arrays = {name: values for name, values in arrays.items() if name != "id"}
    lengths = {name.removesuffix("_lengths"): a for name, a in arrays.items() if name.endswith("_lengths")}
    if stray := sorted(set(lengths) - set(arrays)):
        raise DataError(file, f"{stray[0]}_lengths", f"an array {stray[0]} beside it", "none", "add it")
    return {
        name: Features(file, values, ids, lengths.get(name))
        for name, values in arrays.items()
        if not name.endswith("_lengths")
    }


def modality(file: Path) -> dict[str, Features]:
    """Return the one modality of a file; none for files that hold something else.

    Raises:
        DataError: a format in which features may stand, but that is not read.
    """
    suffix = file.suffix.lower()
    if suffix in _OTHER_FORMATS:
        expected = f"features in {', '.join(_FORMATS)}"
        raise DataError(file, "format", expected, file.name, "convert the file, or move it away")
    read_file = _FORMATS.get(suffix)
    return {file.stem: read_file(file)} if read_file and file.name != _LABELS else {}


def _csv(file: Path) -> Features:
    header, *rows = tables.rows(file)
    if "label" in [name.strip().casefold() for name in header]:
        remedy = f"a table of labels is called {_LABELS}: rename the file, or move the column there"
        raise DataError(file, "header", "features, without a column label", ", ".join(header)[:80], remedy)
    if header[0] != "id" or len(header) < 2 or not rows:
        found = f"{', '.join(header)[:80]} and {len(rows)} rows"
        raise DataError(file, "header", "id, then columns of numbers, and rows", found, "rename the column")
    columns = [(name, tables.column(rows, place)) for place, name in enumerate(header)]
    values = np.stack([tables.measurements(file, *pair) for pair in columns[1:]], axis=1)
    return Features(file, values, [row[0] for row in rows], None, (header[1:], [row.line for row in rows]))


def _npy(file: Path) -> Features:
    return Features(file, array_files.npy(file), None, None)


def _npz(file: Path) -> Features:
    return named(file, array_files.npz(file))


def _hdf5(file: Path) -> Features:
    return named(file, array_files.hdf5(file))


def named(file: Path, arrays: Mapping[str, np.ndarray]) -> Features:
    """Return the features in a file with the arrays `values`, `id` and `lengths`; one alone is the values."""
    if len(arrays) == 1:
        arrays = {"values": next(iter(arrays.values()))}
    if "values" not in arrays or set(arrays) - {"values", "id", "lengths"}:
        expected = "values, and if needed id and lengths"
        remedy = f"rename the arrays, or, if each is a modality, the file to {_VIEWS}"
        raise DataError(file, "arrays", expected, ", ".join(arrays)[:80] or "none", remedy)
    return Features(file, arrays["values"], texts(file, arrays.get("id")), arrays.get("lengths"))


def texts(file: Path, ids: np.ndarray | None) -> list[str] | None:
    """Return ids as str, from text, bytes in UTF-8, or integers."""
    if ids is None:
        return None
    if ids.ndim != 1 or ids.dtype.kind not in "USiu":
        raise DataError(file, "id", "texts (n,)", f"{ids.dtype} of shape {ids.shape}", "convert them")
    try:
        return np.char.decode(ids, "utf-8").tolist() if ids.dtype.kind == "S" else [str(i) for i in ids]
    except UnicodeDecodeError as error:
        raise DataError(file, "id", "text in UTF-8", str(error), "convert them to str") from error


_FORMATS: dict[str, Callable[[Path], Features]] = {
    ".csv": _csv, ".npy": _npy, ".npz": _npz, ".h5": _hdf5, ".hdf5": _hdf5,
}  # fmt: skip
_OTHER_FORMATS = {
    *(".tsv", ".xls", ".xlsx", ".parquet", ".feather", ".arrow", ".mat", ".gz"),
    *(".pkl", ".pickle", ".joblib", ".pt", ".pth", ".safetensors"),
}
