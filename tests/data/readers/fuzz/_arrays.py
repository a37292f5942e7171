"""Mutations of NPY files, and of one array in an NPZ file."""

import io
import warnings
import zipfile
from collections.abc import Callable
from random import Random

import numpy as np

from tests.data.readers.fuzz._file import File

_MANY = 10**12


def _saved(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)  # objects as a pickle
    return stream.getvalue()


def _on_one(change: Callable[[np.ndarray, Random], bytes | None]) -> Callable:
    """Return a mutation that gives one array other NPY bytes."""

    def mutate(file: File, rng: Random) -> bytes | None:
        if not file.content.startswith(b"PK"):
            return change(np.load(io.BytesIO(file.content)), rng)
        members = _members(file)
        name = rng.choice(sorted(members))
        members[name] = change(np.load(io.BytesIO(members[name])), rng)
        return None if members[name] is None else _zipped(members)

    return mutate


def _members(file: File) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _nan(array: np.ndarray, rng: Random) -> bytes | None:
    if array.dtype.kind != "f":
        return None
    array.flat[rng.randrange(array.size)] = rng.choice((np.nan, np.inf))
    return _saved(array)


def _other_type(array: np.ndarray, rng: Random) -> bytes:
    return _saved(
        array.astype(rng.choice((object, str, complex) if array.dtype.kind in "fiu" else (object,)))
    )


def _huge(array: np.ndarray, _rng: Random) -> bytes:
    stream = io.BytesIO()
    header = {"descr": array.dtype.str, "fortran_order": False, "shape": (_MANY, *array.shape[1:])}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + array.tobytes()


def _fortran(array: np.ndarray, _rng: Random) -> bytes | None:
    return _saved(np.asfortranarray(array)) if array.ndim > 1 else None


def _big_endian(array: np.ndarray, _rng: Random) -> bytes:
    return _saved(array.astype(array.dtype.newbyteorder(">")))


def _wrong_endian(array: np.ndarray, _rng: Random) -> bytes | None:
    return _saved(array.view(array.dtype.newbyteorder(">"))) if array.dtype.kind in "fiu" else None


def _fewer_rows(array: np.ndarray, _rng: Random) -> bytes:
    return _saved(array[:-1])


def _id_twice(array: np.ndarray, _rng: Random) -> bytes | None:
    if array.dtype.kind not in "US":
        return None
    array[1] = array[0]
    return _saved(array)


def _missing(file: File, rng: Random) -> bytes | None:
    if not file.content.startswith(b"PK"):
        return None
    members = _members(file)
    names = [name for name in sorted(members) if name.removesuffix(".npy") not in file.optional]
    if not names:
        return None
    del members[rng.choice(names)]
    return _zipped(members)


def _bomb(file: File, _rng: Random) -> bytes | None:
    """Let the directory of a ZIP file declare almost 4 GiB for its first member."""
    place = file.content.find(b"PK\1\2") + 24
    huge = (2**32 - 2).to_bytes(4, "little")
    return None if place < 24 else file.content[:place] + huge + file.content[place + 4 :]


def _packed(packing: int) -> Callable:
    """Return a mutation that packs an NPZ file otherwise."""

    def mutate(file: File, _rng: Random) -> bytes | None:
        return _zipped(_members(file), packing) if file.content.startswith(b"PK") else None

    return mutate


def _packed_bomb(file: File, rng: Random) -> bytes | None:
    """Put 16 MiB of zeros behind one array."""
    if not file.content.startswith(b"PK"):
        return None
    members = _members(file)
    name = rng.choice(sorted(members))
    members[name] += bytes(2**24)
    return _zipped(members, rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)))


def _listed_twice(file: File, rng: Random) -> bytes | None:
    if not file.content.startswith(b"PK"):
        return None
    stream = io.BytesIO(file.content)
    with zipfile.ZipFile(stream, "a") as archive, warnings.catch_warnings(action="ignore"):
        name = rng.choice(archive.namelist())
        archive.writestr(name, archive.read(name))
    return stream.getvalue()


ALL = {
    "packed with deflate": _packed(zipfile.ZIP_DEFLATED),
    "packed with bzip2": _packed(zipfile.ZIP_BZIP2),
    "packed with LZMA": _packed(zipfile.ZIP_LZMA),
    "a packed bomb": _packed_bomb,
    "an array twice": _listed_twice,
    "not a number": _on_one(_nan),
    "wrong dtype": _on_one(_other_type),
    "huge declared shape": _on_one(_huge),
    "in Fortran order": _on_one(_fortran),
    "big-endian": _on_one(_big_endian),
    "wrong byte order": _on_one(_wrong_endian),
    "fewer rows": _on_one(_fewer_rows),
    "duplicate id": _on_one(_id_twice),
    "an array missing": _missing,
    "huge declared size": _bomb,
}
