"""The reader of features alone, for rows to predict; `euar.data.readers.own` says in which layouts."""

from collections.abc import Mapping
from pathlib import Path

from euar.data.errors import DataError
from euar.data.readers import array_files
from euar.data.readers.contract import Content
from euar.data.readers.own import _labels, folder
from euar.data.readers.own._features import Features

NAME = "own-features"
TITLE = "rows to predict, without labels (folder or file of features)"
SEEN = True

_ARRAYS = {".npz": array_files.npz, ".h5": array_files.hdf5, ".hdf5": array_files.hdf5}
_SUFFIXES = (".csv", ".npy", *_ARRAYS)


def matches(path: Path) -> bool:
    """Tell whether it is a file that may hold features, or a folder with one; a name tells no more."""
    files = path.iterdir() if path.is_dir() else [path]
    return any(file.suffix.lower() in _SUFFIXES for file in files)


def read(path: Path) -> Content:
    """Return what the source holds, see `euar.data.readers.own`.

    Raises:
        DataError: a file is damaged, holds no features, or the files do not fit each other.
    """
    features = folder.features(path) if path.is_dir() else _alone(path)
    if not features:
        expected, remedy = "arrays of features, named after their modalities", "add them"
        raise DataError(path, "modalities", expected, "none", remedy)
    first = next(iter(features.values())).file
    return _labels.content(path, first, {"id": _ids(features)}, features)


def _alone(file: Path) -> dict[str, Features]:
    read_arrays = _ARRAYS.get(file.suffix.lower())
    if read_arrays is None:
        return folder.modality(file)
    arrays = {name.removeprefix("views/"): values for name, values in read_arrays(file).items()}
    return {file.stem: folder.named(file, arrays)} if "values" in arrays else folder.views(file, arrays)


def _ids(features: Mapping[str, Features]) -> list[str]:
    """Return the ids of all modalities, each once, as they come; without any, the numbers of the rows."""
    named = [row_id for found in features.values() for row_id in found.ids or ()]
    first = next(iter(features.values()))
    return list(dict.fromkeys(named)) or [str(row) for row in range(len(first.values))]
