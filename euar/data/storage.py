"""Named arrays in one HDF5 file: atomic to write, the same bytes each time, and a hash of their content."""

import hashlib
import json
from pathlib import Path

import h5py
import numpy as np

from euar.data.errors import DataError
from euar.files import atomic

_FORMAT = "euar/1"
_FREE, _RATIO = 2**26, 1100  # bytes that any file may unfold to; gzip shrinks to 1/1032 at most
_LETTER = 4  # bytes of a letter in memory, one in the file


def write(path: str | Path, header: dict, arrays: dict[str, np.ndarray]) -> Path:
    """Write a JSON header and arrays to an HDF5 file, through a temporary file beside it.

    Args:
        path: the file; its folder is made when absent, an older file is replaced.
        header: anything that JSON holds.
        arrays: {path inside the file: numbers, bool or str}; float32 that float16 holds exactly is stored so.
    """
    path = Path(path)
    content = arrays | {"header": np.array([json.dumps(header, sort_keys=True)])}
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["format"], file.attrs["sha256"] = _FORMAT, sha256(content)
        for name in sorted(content):
            _write_array(file, name, content[name])
    return path


def read(path: str | Path) -> tuple[dict, dict[str, np.ndarray]]:
    """Return the header and the arrays of a file that `write` made.

    Raises:
        DataError: the file is absent, damaged, or in another format.
    """
    try:
        with h5py.File(path, "r") as file:
            if file.attrs["format"] != _FORMAT:
                raise ValueError(f"format {file.attrs['format']}")
            content, expected = _read_arrays(file), file.attrs["sha256"]
        if sha256(content) != expected:
            raise ValueError("content that does not match its SHA-256")
        return json.loads(content.pop("header")[0]), content
    except (OSError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        remedy = "check the path, or write the file again with MultimodalDataset.to_hdf5"
        raise DataError(path, "file", f"HDF5 in the format {_FORMAT}", str(error), remedy) from error


def is_ours(path: Path) -> bool:
    """Tell whether a file bears the mark of `write`; raises nothing."""
    try:
        with h5py.File(path, "r") as file:
            return str(file.attrs.get("format", "")).startswith("euar/")
    except (OSError, RuntimeError):
        return False


def sha256(arrays: dict[str, np.ndarray]) -> str:
    """Return the SHA-256 of names, types, shapes and values, whatever file or byte order they came from."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        values = _encoded(arrays[name])
        values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        digest.update(f"{name} {values.dtype.str} {values.shape}\n".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def _write_array(file: h5py.File, name: str, values: np.ndarray) -> None:
    values = _encoded(values)
    # Shuffling puts like bytes together, for gzip. Without times, two runs write the same bytes.
    stored = file.create_dataset(name, data=_narrowed(values), compression=9, shuffle=True, track_times=False)
    stored.attrs["dtype"] = values.dtype.str


def _read_arrays(file: h5py.File) -> dict[str, np.ndarray]:
    stored: dict[str, h5py.Dataset] = {}
    file.visititems(lambda name, item: stored.update({name: item}) if _is_dataset(item) else None)
    room = _FREE + _RATIO * Path(file.filename).stat().st_size
    for name, item in stored.items():
        room -= item.size * _dtype(name, item).itemsize * (_LETTER if item.dtype.kind == "S" else 1)
        if room < 0:
            raise ValueError(f"{name} that declares shape {item.shape}: more than such a file can hold")
    return {name: _array(item, _dtype(name, item)) for name, item in stored.items()}


def _is_dataset(item: h5py.Group | h5py.Dataset) -> bool:
    return isinstance(item, h5py.Dataset)


def _dtype(name: str, item: h5py.Dataset) -> np.dtype:
    """Return the type that was written: the stored one, or float32 for what was narrowed to float16."""
    dtype = np.dtype(item.attrs["dtype"])
    written, stored = dtype.newbyteorder("="), item.dtype.newbyteorder("=")
    if written.kind not in "biufS" or (written != stored and (written, stored) != (np.float32, np.float16)):
        raise ValueError(f"{name} of type {dtype}, stored as {item.dtype}")
    return dtype


def _array(item: h5py.Dataset, dtype: np.dtype) -> np.ndarray:
    values = item[()].astype(dtype)
    return np.char.decode(values, "utf-8") if dtype.kind == "S" else values


def _encoded(values: np.ndarray) -> np.ndarray:
    """Return text as UTF-8 bytes, which HDF5 stores at a fixed width; anything else as it is."""
    return np.char.encode(values, "utf-8") if values.dtype.kind == "U" else values


def _narrowed(values: np.ndarray) -> np.ndarray:
    """Return float32 values as float16 where that loses not a bit."""
    if values.dtype != np.float32:
        return values
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half if half.astype(np.float32).tobytes() == values.tobytes() else values
