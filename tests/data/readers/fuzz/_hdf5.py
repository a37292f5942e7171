"""Mutations of HDF5 files: of one dataset, with its attributes kept."""

import io
import zlib
from collections.abc import Callable
from random import Random

import h5py
import numpy as np

from tests.data.readers.fuzz._file import File

_MANY = 10**12
_IDS = ("id", "ids")


def _on_one(kinds: str, change: Callable[[h5py.File, h5py.Dataset, Random], None]) -> Callable:
    """Return a mutation of one dataset whose dtype is of these kinds, none of MATLAB's hidden ones."""

    def mutate(file: File, rng: Random) -> bytes | None:
        stream = io.BytesIO(file.content)
        with h5py.File(stream, "r+") as content:
            known = _datasets(content).items()
            names = [name for name, item in known if item.dtype.kind in kinds and name[0] != "#"]
            if not names:
                return None
            change(content, content[rng.choice(names)], rng)
        return stream.getvalue()

    return mutate


def _datasets(content: h5py.File) -> dict[str, h5py.Dataset]:
    found: dict[str, h5py.Dataset] = {}
    content.visititems(
        lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None
    )
    return found


def _put(content: h5py.File, old: h5py.Dataset, **new: object) -> None:
    """Put a new dataset in the place of an old one."""
    name, attributes = old.name, dict(old.attrs)
    del content[name]
    content.create_dataset(name, track_times=False, **new).attrs.update(attributes)


def _nan(content: h5py.File, item: h5py.Dataset, rng: Random) -> None:
    values = item[()]
    values.flat[rng.randrange(values.size)] = rng.choice((np.nan, np.inf))
    _put(content, item, data=values)


def _strings(content: h5py.File, item: h5py.Dataset, _rng: Random) -> None:
    _put(content, item, data=np.char.encode(item[()].astype("U12"), "utf-8"))


def _big_endian(content: h5py.File, item: h5py.Dataset, _rng: Random) -> None:
    _put(content, item, data=item[()], dtype=item.dtype.newbyteorder(">"))


def _fewer_rows(content: h5py.File, item: h5py.Dataset, _rng: Random) -> None:
    _put(content, item, data=item[:-1], dtype=item.dtype)


def _huge(content: h5py.File, item: h5py.Dataset, _rng: Random) -> None:
    shape = item.shape[1:]
    _put(content, item, shape=(_MANY, *shape), dtype=item.dtype, chunks=(1024, *shape))


def _removed(file: File, rng: Random) -> bytes | None:
    """Remove a dataset or a group, unless the format can do without."""
    stream = io.BytesIO(file.content)
    with h5py.File(stream, "r+") as content:
        names: list[str] = []
        content.visit(names.append)
        names = [name for name in names if name not in file.optional]
        if not names:
            return None
        del content[rng.choice(names)]
    return stream.getvalue()


def _id_twice(file: File, rng: Random) -> bytes | None:
    stream = io.BytesIO(file.content)
    with h5py.File(stream, "r+") as content:
        names = [name for name in _datasets(content) if name.rpartition("/")[2] in _IDS]
        if not names:
            return None
        item = content[rng.choice(names)]
        item[1] = item[0]
    return stream.getvalue()


def _with(add: Callable[[h5py.File], object]) -> Callable:
    """Return a mutation that adds something to a file, which nobody needs but every walk meets."""

    def mutate(file: File, _rng: Random) -> bytes:
        stream = io.BytesIO(file.content)
        with h5py.File(stream, "r+", libver="latest") as content:
            add(content)
        return stream.getvalue()

    return mutate


def _virtual(content: h5py.File) -> None:
    layout = h5py.VirtualLayout((8,), "f4")
    layout[:] = h5py.VirtualSource("/dev/zero", "values", (8,))
    content.create_virtual_dataset("added", layout)


def _unallocated(content: h5py.File) -> None:
    for number in range(300):
        content.create_dataset(f"added/{number}", (2**24,), "f4", chunks=(1024,))


def _packed(content: h5py.File) -> None:
    """Add 512 MiB of zeros, of which each chunk is the same few bytes."""
    item = content.create_dataset("added", (2**27,), "f4", chunks=(2**22,), compression=9)
    chunk = zlib.compress(bytes(2**24), 9)
    for start in range(0, len(item), 2**22):
        item.id.write_direct_chunk((start,), chunk)


def _wide(file: File, rng: Random) -> bytes:
    """Add rows that each lie in all packed pieces: the walk unfolds a piece once a row, up to 1 GB in all."""
    pieces = rng.choice((*(1,) * 15, 200))  # the most takes seconds

    def add(content: h5py.File) -> None:
        item = content.create_dataset("added", (12, pieces * 10**5), "f4", chunks=(12, 10**5), compression=9)
        chunk = zlib.compress(bytes(item.nbytes // pieces), 9)
        for start in range(0, item.shape[1], 10**5):
            item.id.write_direct_chunk((0, start), chunk)

    return _with(add)(file, rng)


def random_bytes(file: File, rng: Random) -> bytes:
    """Replace up to 32 bytes anywhere: among values nobody can notice, unless the format has a hash."""
    changed = bytearray(file.content)
    for _ in range(rng.choice((1, 4, 32))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


ALL = {
    "a link to another file": _with(
        lambda c: c.__setitem__("added", h5py.ExternalLink("/dev/zero", "values"))
    ),
    "a link to itself": _with(lambda c: c.__setitem__("added", h5py.SoftLink("/added"))),
    "a group in itself": _with(lambda c: c.__setitem__("added", c["/"])),
    "a virtual dataset": _with(_virtual),
    "values in another file": _with(
        lambda c: c.create_dataset("added", (8,), "f4", external=[("/dev/zero", 0, 32)])
    ),
    "a huge attribute": _with(lambda c: c.create_group("added").attrs.update(huge=np.zeros(2**18))),
    "unallocated arrays": _with(_unallocated),
    "a packed bomb": _with(_packed),
    "wide packed rows": _wide,
    "not a number": _on_one("f", _nan),
    "text instead of numbers": _on_one("fiu", _strings),
    "big-endian": _on_one("fiu", _big_endian),
    "fewer rows": _on_one("fiuSO", _fewer_rows),
    "huge declared shape": _on_one("fiuSO", _huge),
    "duplicate id": _id_twice,
    "an array missing": _removed,
}
