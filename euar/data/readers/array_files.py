"""Arrays in NPY, NPZ and HDF5 files: never a pickle, and never more memory than the file accounts for."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import h5py
import numpy as np

from euar.data import hdf5 as files
from euar.data._zips import unpacked, zip_file
from euar.data.errors import DataError
from euar.data.regular import read_bytes, regular_file

_UNFOLDS = 100  # times its own size that a compressed file may unfold to
_ALWAYS = 2**27  # bytes that any file may unfold to
_MOST_ARRAYS = 1000
_AGAIN = "write the file again"


def npy(file: Path) -> np.ndarray:
    """Return the array of an NPY file: numbers, bool or text.

    Raises:
        DataError: the file is absent, damaged, or holds objects.
    """
    with _explained(file, "NPY"):
        return _parsed(file, file.name, read_bytes(file))


def npz(file: Path) -> dict[str, np.ndarray]:
    """Return {name: array} of an NPZ file; the `._NAME` that macOS puts beside members are passed over.

    Raises:
        DataError: see `npy`; or it unfolds to far more than it holds.
    """
    with _explained(file, "NPZ"), regular_file(file) as stream, zip_file(stream) as archive:
        members = [one for one in archive.infolist() if not PurePosixPath(one.filename).name.startswith("._")]
        if len(members) > _MOST_ARRAYS:
            raise DataError(file, "NPZ", f"at most {_MOST_ARRAYS} arrays", f"{len(members)}", _AGAIN)
        _check_size(file, "NPZ", sum(member.file_size for member in members))
        names = [member.filename.removesuffix(".npy") for member in members]
        if len(set(names)) < len(members):
            raise DataError(file, "NPZ", "each array once", "a name twice", _AGAIN)
        found = {
            name: _parsed(file, member.filename, unpacked(archive, member))
            for name, member in zip(names, members, strict=True)
        }
    _check_size(file, "NPZ", sum(_memory(values) for values in found.values()))
    return found


def hdf5(file: Path) -> dict[str, np.ndarray]:
    """Return {path: array} of all data sets of an HDF5 file; text as str.

    Raises:
        DataError: see `npz`.
    """
    found, held = dict[str, np.ndarray](), 0
    with opened(file) as content:
        for name, data in _data_sets(content).items():
            if data.shape is None:
                remedy = "write its values, or leave it out"
                raise DataError(file, name, "an array", "an empty data set", remedy)
            found[name] = _values(file, name, data, held)
            held += _memory(found[name])
    return found


@contextmanager
def opened(file: Path) -> Iterator[h5py.File]:
    """Give the block an HDF5 file to read from, which declares no more than it can hold.

    Raises:
        DataError: see `euar.data.hdf5`; or it declares too much in all.
    """
    with files.opened(file) as content:
        _check_size(file, "HDF5", sum(map(_memory, _data_sets(content).values())))
        yield content


def _data_sets(content: h5py.File) -> dict[str, h5py.Dataset]:
    found: dict[str, h5py.Dataset] = {}
    content.visititems(
        lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None
    )
    return found


def _values(file: Path, name: str, data: h5py.Dataset, held: int) -> np.ndarray:
    """Return the values of a data set; those read before take `held` bytes."""
    if h5py.check_string_dtype(data.dtype) is not None:
        texts = np.asarray(data.asstr("utf-8")[()], dtype=object)
        longest = max(map(len, texts.flat), default=0)
        _check_size(file, name, held + 4 * texts.size * longest)  # 4 bytes a letter
        return texts.astype(np.str_)
    _check_type(file, name, data.dtype)
    return data[()]


def _parsed(file: Path, field: str, raw: bytes) -> np.ndarray:
    """Return the array of NPY bytes, whose header must fit their number."""
    stream = io.BytesIO(raw)
    version = np.lib.format.read_magic(stream)
    headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in headers:
        raise ValueError(f"NPY version {version}")
    shape, fortran, dtype = headers[version](stream)
    _check_type(file, field, dtype)
    needed, held = math.prod(shape) * dtype.itemsize, len(raw) - stream.tell()
    if needed != held:
        raise DataError(file, field, f"{needed} bytes for {dtype} {shape}", f"{held} bytes", _AGAIN)
    values = np.frombuffer(raw, dtype, offset=stream.tell())
    return values.reshape(shape, order="F" if fortran else "C")


def _check_type(file: Path, field: str, dtype: np.dtype) -> None:
    if dtype.kind not in "biufUS" or dtype.hasobject or dtype.itemsize == 0:
        remedy = "write it as numpy.array(it, dtype=str), or float"
        raise DataError(file, field, "numbers, bool or text", str(dtype), remedy)


def _memory(values: np.ndarray | h5py.Dataset) -> int:
    """Return the bytes that an array takes once it is read: columns become texts, features float32."""
    if values.shape is None:  # nothing, as HDF5 may say
        return 0
    least = files.CELL if len(values.shape) < 2 else 4
    return values.size * max(values.dtype.itemsize, least)


def _check_size(file: Path, field: str, declared: int) -> None:
    limit = max(_ALWAYS, _UNFOLDS * file.stat().st_size)
    if declared > limit:
        raise DataError(file, field, f"at most {limit} bytes of arrays", f"{declared} bytes", _AGAIN)


@contextmanager
def _explained(file: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except DataError as error:
        raise error.at(file) from None
    except Exception as error:  # what a damaged file raises is not documented
        found = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        raise DataError(file, "file", f"a readable {kind} file", found, _AGAIN) from error
