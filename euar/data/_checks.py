"""What a MultimodalDataset must satisfy, one function a rule; each raises a DataError."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from euar.data import _arrays, precision
from euar.data.errors import DataError

if TYPE_CHECKING:
    from euar.data.dataset import MultimodalDataset

SPLITS = ("train", "valid", "test")
_ALWAYS, _UNEVEN = 2**26, 64  # letters that texts may take in memory; how many times their own
_CLASSES = 1024  # that any set may have; others as many as rows
_FLOAT = ("float32", "float64")
#: {part: {number of dimensions: types}}; what is not listed here is free.
_TYPES: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "modalities": {2: ("float32",)},
    "sequences": {3: ("float32",)},
    "lengths": {1: ("int64",)},
    "available": {1: ("bool",)},
    "target": {1: (*_FLOAT, "int64"), 2: _FLOAT},
    "target_sd": {1: _FLOAT},
}
_FROM_ZERO = {"f": ("target_sd",), "i": ("target", "lengths")}  # kind of number -> parts without negatives


def check_dataset(data: "MultimodalDataset") -> None:
    """Raise unless every field of the set is right by itself and fits the others."""
    file = data.name
    if data.modalities or "raw" not in data.meta:
        check_names(file, "modalities", data.modalities)
    check_known(file, "available", data.available, data.modalities)
    check_known(file, "sequences", data.sequences, data.modalities)
    check_meta(file, data.meta)
    header, arrays = _arrays.flatten(data)
    check_json(file, "meta", header["meta"])
    for field, values in arrays.items():
        check_array(file, field, values)
        check_type(file, field, values)
        check_rows(file, field, values, len(data.ids))
    check_unique(file, data.ids)
    check_splits(file, data.split)
    check_classes(file, data.target, data.meta.get("classes"))
    check_covered(file, data.available)
    for field, values in arrays.items():
        check_values(file, field, values, arrays)


def check_given(data: "MultimodalDataset") -> None:
    """Raise unless the set has a name, and all that no set can do without."""
    if not isinstance(data.name, str):
        raise DataError(str(data.name), "name", "a str", repr(data.name)[:80], "name the set")
    for field in ("target", "ids", "split"):
        if getattr(data, field) is None:
            raise DataError(data.name, field, "an entry a row", "none", "give it")


def check_classes(file: str, target: np.ndarray, names: object) -> None:
    """Raise at a class that has no name, or without names at far more classes than rows."""
    if target.dtype != np.int64:
        return
    limit, what = max(_CLASSES, len(target)), "classes at most"
    if isinstance(names, list | tuple):
        limit, what = len(names), "their names"
    if target.max() >= limit:
        expected = f"classes below {limit}, the number of {what}"
        raise DataError(file, "target", expected, str(target.max()), "number the classes from 0")


def as_text(file: str, field: str, values: Iterable[str]) -> np.ndarray:
    """Return strings as a NumPy array, or raise when one is not text that a file can hold.

    All take as much room as the longest, so that one must not be far longer than the others.
    """
    values = list(values)
    if not values:
        raise DataError(file, field, "at least one row", "none", "check the source or the selection")
    check_text(file, field, values)
    lengths = [len(value) for value in values]
    longest, room = max(lengths), max(_ALWAYS, _UNEVEN * sum(lengths))
    if len(values) * longest > room:
        expected = f"texts up to {room // len(values)} letters, for {len(values)} rows like these"
        found = f"one of {longest} in row {lengths.index(longest)}"
        raise DataError(file, field, expected, found, "shorten the text, or leave the row out")
    return np.array(values, dtype=np.str_)


def check_text(file: str, field: str, values: Iterable[str]) -> None:
    """Raise when a value is not text that a file can hold."""
    for row, value in enumerate(values):
        if not (isinstance(value, str) and _is_storable(value)):
            raise DataError(
                file, field, "text without NUL", f"{value!r:.80} in row {row}", "convert it to str"
            )


def check_names(file: str, field: str, names: Iterable[str]) -> None:
    """Raise unless there are names, and each can be a key of an HDF5 group and stand in a line of text."""
    for name in list(names) or [""]:
        if not (isinstance(name, str) and re.fullmatch(r"[\w-]+([ .]+[\w-]+)*", name)):
            expected = "names of letters, digits, _ and -, with spaces or dots between them"
            raise DataError(file, field, expected, f"{name!r:.80}", "name it so")


def check_meta(file: str, meta: Mapping[str, object]) -> None:
    """Raise unless the keys of meta and of the dicts in it are names."""
    for key, value in meta.items():
        check_names(file, "meta", [key])
        if isinstance(value, Mapping):
            check_meta(file, value)


def check_json(file: str, field: str, value: object) -> None:
    """Raise unless JSON gives the value back unchanged."""
    try:
        same = json.loads(json.dumps(value, allow_nan=False)) == value
    except (TypeError, ValueError):
        same = False
    if not same:
        expected = "what JSON holds (str, int, float, bool, list, dict), or arrays with an entry a row"
        raise DataError(file, field, expected, repr(value)[:80], "convert it")


def check_array(file: str, field: str, values: np.ndarray) -> None:
    """Raise unless `values` is a NumPy array, not empty, of numbers, bool or text."""
    if not isinstance(values, np.ndarray):
        raise DataError(file, field, "a NumPy array", type(values).__name__, "convert it with np.asarray")
    unlabelled = field == "target" and values.shape[1:] == (0,)
    if values.dtype.kind not in "biufU" or not (values.size or unlabelled):
        found = f"{values.dtype} of shape {values.shape}"
        raise DataError(file, field, "rows of numbers, bool or text", found, "convert it, or leave it out")
    if values.dtype.kind == "U":
        check_text(file, field, values.flat)


def check_type(file: str, field: str, values: np.ndarray) -> None:
    """Raise unless the array has the type and the number of dimensions that its field asks for."""
    part = field.partition("/")[0]
    allowed = _TYPES.get(part, {values.ndim: (values.dtype.str,)})
    if values.dtype not in map(np.dtype, allowed.get(values.ndim, ())):
        expected = " or ".join(
            f"{name} with {ndim} dimension(s)" for ndim in allowed for name in allowed[ndim]
        )
        found = f"{values.dtype} of shape {values.shape}"
        raise DataError(file, field, expected, found, "use astype or reshape")


def check_rows(file: str, field: str, values: np.ndarray, rows: int) -> None:
    """Raise unless the array has as many rows as there are ids."""
    if values.shape[:1] != (rows,):
        found = f"shape {values.shape}"
        raise DataError(file, field, f"{rows} rows, as ids have", found, "give one entry a row, in one order")


def check_unique(file: str, ids: np.ndarray) -> None:
    """Raise when an id stands twice."""
    unique, counts = np.unique(ids, return_counts=True)
    if len(unique) < len(ids):
        worst = counts.argmax()
        found = f"{str(unique[worst])!r} {counts[worst]} times"
        raise DataError(file, "ids", "each id once", found, "drop or rename the repeated rows")


def check_splits(file: str, split: np.ndarray) -> None:
    """Raise when a word is none of train, valid and test."""
    unknown = sorted(set(split.tolist()) - set(SPLITS))
    if unknown:
        raise DataError(file, "split", " | ".join(SPLITS), repr(unknown[0]), "rename the split")


def check_mask(file: str, mask: np.ndarray, rows: int) -> None:
    """Raise unless the mask is bool (rows,)."""
    mask = np.asarray(mask)
    if mask.dtype != np.bool_ or mask.shape != (rows,):
        found = f"{mask.dtype} of shape {mask.shape}"
        raise DataError(
            file, "mask", f"bool of shape ({rows},)", found, "compare something with ==, < or isin"
        )


def check_known(file: str, field: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise when a name is not among those known."""
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DataError(file, field, f"some of {', '.join(known)}", repr(unknown[0]), "check its spelling")


def check_covered(file: str, available: Mapping[str, np.ndarray]) -> None:
    """Raise when a row has no modality at all."""
    bare = np.flatnonzero(~np.any(list(available.values()), axis=0)) if available else np.array([])
    if len(bare):
        found = f"none in {len(bare)} row(s), first row {bare[0]}"
        raise DataError(
            file, "available", "a modality in every row", found, "drop these rows or add a modality"
        )


def check_values(file: str, field: str, values: np.ndarray, arrays: Mapping[str, np.ndarray]) -> None:
    """Raise when numbers that count are not finite, or below zero where that has no meaning."""
    part, _, name = field.partition("/")
    if part in ("modalities", "sequences"):
        values = values[arrays[f"available/{name}"]]
    if part in _TYPES and not (fits := np.abs(values) <= precision.LARGEST).all():
        found = f"{values[~fits][0]:.3g} and the like in {np.sum(~fits)} place(s)"
        raise DataError(file, field, precision.FINITE, found, "replace them or mark the rows unavailable")
    if part in _FROM_ZERO.get(values.dtype.kind, ()) and values.min(initial=0) < 0:
        raise DataError(file, field, "numbers from 0", str(values.min()), "check the source")
    if part == "lengths" and values.max() > (frames := arrays[f"sequences/{name}"].shape[1]):
        raise DataError(file, field, f"lengths up to {frames}", str(values.max()), "check the padding")


def _is_storable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return "\0" not in value
