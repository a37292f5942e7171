"""Named arrays in one HDF5 file: atomic to write, the same bytes each time, and a hash of their content."""

import hashlib
import json
from pathlib import Path

import h5py
import numpy as np

from euar.data import hdf5
from euar.data.errors import DataError
from euar.files import check_file, write_bytes

_FORMAT = "euar/1"
_FREE, _RATIO = 2**26, 400  # bytes that any file may unfold to, and for each of its own so many more
_REMEDY = "check the path, or write the file again with MultimodalDataset.to_hdf5"
_LETTER = 4  # bytes of a letter in memory, one in the file


def write(path: str | Path, header: dict, arrays: dict[str, np.ndarray]) -> Path:
    """Write a JSON header and arrays to an HDF5 file, atomically.

    Args:
        path: the file; its folder is made when absent, an older file is replaced.
        header: anything that JSON holds.
        arrays: {path inside the file: numbers, bool or str}; float32 that float16 holds exactly is stored so.
    """
    path = Path(path)
    content = arrays | {"header": np.array([json.dumps(header, sort_keys=True)])}
    # In memory first: on a full disk HDF5 ends the process with a segmentation fault.
    with h5py.File(path.name, "w", driver="core", backing_store=False) as file:
        file.attrs["format"], file.attrs["sha256"] = _FORMAT, sha256(content)
        for name in sorted(content):
            _write_array(file, name, content[name])
        file.flush()
        write_bytes(path, file.id.get_file_image())
    return path


def read(path: str | Path, *, trusted: bool = False) -> tuple[dict, dict[str, np.ndarray]]:
    """Return the header and the arrays of a file that `write` made.

    Args:
        path: the file.
        trusted: whether it comes with this package or from its cache, see `hdf5.opened`.

    Raises:
        DataError: the file is absent, damaged, or in another format.
    """
    try:
        with hdf5.opened(path, trusted=trusted) as file:
            if _text(file, "format") != _FORMAT:
                raise _refused("format", _FORMAT, f"format {_text(file, 'format') or 'of another kind'}")
            content = _read_arrays(file)
            if sha256(content) != _text(file, "sha256"):
                found = "content that does not match its SHA-256"
                raise _refused("sha256", "the content that was written", found)
            return json.loads(content.pop("header")[0]), content
    except DataError as error:
        expected = f"HDF5 in the format {_FORMAT}: {error.expected}"
        raise DataError(path, error.field, expected, error.found, _REMEDY) from error


def check_other(path: Path, source: Path) -> None:
    """Raise when writing to a path would replace a source that is read, or a file in its folder but our own.

    So it does where a folder, a device or a pipe stands there.

    Args:
        path: what is to be written.
        source: the file or folder, under whatever spelling or link.
    """
    if not path.exists():
        return
    inside = source.is_dir() and path.resolve().is_relative_to(source.resolve()) and path.is_file()
    if path.samefile(source) or (inside and not is_ours(path)):
        expected, found = f"a file other than those of {source}", "one of them, which it would replace"
        raise DataError(path, "out", expected, found, "choose another name")
    check_file(path)


def is_ours(path: Path) -> bool:
    """Tell whether a file bears the mark of `write`.

    Raises:
        DataError: it is an HDF5 file that cannot be read, see `hdf5.opened`.
    """
    if not hdf5.signed(path):
        return False
    with hdf5.opened(path) as file:
        return _text(file, "format").startswith("euar/")


def sha256(arrays: dict[str, np.ndarray]) -> str:
    """Return the SHA-256 of names, types, shapes and values, whatever file or byte order they came from."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        values = _encoded(arrays[name])
        values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        digest.update(f"{name} {values.dtype.str} {values.shape}\n".encode())
        digest.update(values.reshape(-1).view(np.uint8).data)  # no copy
    return digest.hexdigest()


def _refused(field: str, expected: str, found: str) -> DataError:
    return DataError("HDF5", field, expected, found, _REMEDY)


def _text(item: h5py.File | h5py.Dataset, name: str) -> str:
    """Return an attribute if it is text, else ""."""
    text = name in item.attrs and item.attrs.get_id(name).get_type().get_class() == h5py.h5t.STRING
    value = item.attrs[name] if text else ""
    return value if isinstance(value, str) else ""


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
        width = _dtype(name, item).itemsize
        room -= item.size * (hdf5.CELL + _LETTER * width if item.dtype.kind == "S" else width)
        if room < 0:
            found = f"shape {item.shape}: more than such a file can hold"
            raise _refused(name, "arrays in proportion to the file", found)
    return {name: _array(item, _dtype(name, item)) for name, item in stored.items()}


def _is_dataset(item: h5py.Group | h5py.Dataset) -> bool:
    return isinstance(item, h5py.Dataset)


def _dtype(name: str, item: h5py.Dataset) -> np.dtype:
    """Return the type that was written: the stored one, or float32 for what was narrowed to float16."""
    dtype = np.dtype(_text(item, "dtype") or "V")
    written, stored = dtype.newbyteorder("="), item.dtype.newbyteorder("=")
    if written.kind not in "biufS" or (written != stored and (written, stored) != (np.float32, np.float16)):
        found = f"type {dtype}, stored as {item.dtype}"
        raise _refused(name, "a type that the package writes", found)
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
