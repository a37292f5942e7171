"""A walk through an HDF5 file that trusts nothing: the objects, attributes and values that readers ask for.

A file can name other files (links, external storage, virtual data sets), declare what it does not hold, and
be damaged so that the library hangs or crashes. `euar.data.hdf5` lets this run in another process.
"""

from collections.abc import Iterator
from pathlib import Path

import h5py
from h5py import h5a, h5d, h5g, h5l, h5o, h5s, h5t, h5z

from euar.data._hdf5_values import RefusedError, Values

_MOST_OBJECTS, _MOST_ATTRIBUTES = 250_000, 100
_MOST_DEEP = 64  # groups in groups; the library walks a path anew for each object
_MOST_IN_ATTRIBUTE = 2**16  # bytes
_MOST_IN_CHUNK = 2**28  # bytes
_FREE, _RATIO = 2**16, 1100  # bytes that any data set may unfold to; gzip shrinks to 1/1032 at most
_PACKINGS = {h5z.FILTER_DEFLATE, h5z.FILTER_LZF}
_FILTERS = {*_PACKINGS, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32}
_LAYOUTS = {h5d.COMPACT, h5d.CONTIGUOUS, h5d.CHUNKED}
_PLAIN = {h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.STRING}  # classes of types whose values are read


def check(path: str) -> None:
    """Raise unless a reader can have what it asks for, from this file alone.

    Raises:
        RefusedError: it says which part is wrong, what was expected and what was found.
    """
    with h5py.File(path, "r") as file:
        stored, size = 0, Path(path).stat().st_size
        values = Values(size)
        for name, item in _objects(file.id):
            _check_attributes(name, item)
            if isinstance(item, h5d.DatasetID):
                stored += _check_data(name, item)
                if stored > size:
                    found = f"{stored} bytes or more"
                    raise RefusedError(name, f"data sets that share no bytes, {size} in all", found)
                values.check(h5py.Dataset(item))


def _objects(root: h5g.GroupID) -> Iterator[tuple[str, h5g.GroupID | h5d.DatasetID]]:
    """Yield the groups and data sets, each under its one name; one is open at a time."""
    seen: set[int] = set()
    waiting = [b"/"]
    while waiting:
        path = waiting.pop()
        name, item = _shown(path), h5o.open(root, path)
        if not isinstance(item, h5g.GroupID | h5d.DatasetID):
            raise RefusedError(name, "a group or a data set", type(item).__name__)
        address = h5o.get_info(item).addr
        if address in seen or len(seen) >= _MOST_OBJECTS:
            expected = f"at most {_MOST_OBJECTS} objects, each under one name"
            raise RefusedError(name, expected, "a second name" if address in seen else "more")
        seen.add(address)
        yield name, item
        for link in item if isinstance(item, h5g.GroupID) else ():
            inner = path.rstrip(b"/") + b"/" + link
            _check_name(inner)
            _check_link(_shown(inner), item.links.get_info(link).type)
            waiting.append(inner)


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace").strip("/") or "root"


def _check_name(path: bytes) -> None:
    """Raise for names that Python gives back as bytes, and for paths that go too deep."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(_shown(path), "names in UTF-8", "other bytes") from None
    if path.count(b"/") > _MOST_DEEP:
        raise RefusedError(_shown(path)[:80], f"groups at most {_MOST_DEEP} deep", "a deeper one")


def _check_link(name: str, kind: int) -> None:
    if kind != h5l.TYPE_HARD:
        found = {h5l.TYPE_SOFT: "a soft link", h5l.TYPE_EXTERNAL: "a link to another file"}
        raise RefusedError(name, "an object of the file itself", found.get(kind, "a link of another kind"))


def _check_attributes(name: str, item: h5g.GroupID | h5d.DatasetID) -> None:
    """Raise unless the attributes are few and small, and those of plain types can be read."""
    number = h5a.get_num_attrs(item)
    if number > _MOST_ATTRIBUTES:
        raise RefusedError(name, f"at most {_MOST_ATTRIBUTES} attributes", f"{number}")
    for place in range(number):
        attribute = h5a.open(item, index=place)
        kind, count = attribute.get_type(), attribute.get_space().get_simple_extent_npoints()
        size = max(attribute.get_storage_size(), kind.get_size() * count)
        if size > _MOST_IN_ATTRIBUTE:
            raise RefusedError(f"{name} attribute", f"at most {_MOST_IN_ATTRIBUTE} bytes", f"{size}")
        if kind.get_class() in _PLAIN:
            h5py.AttributeManager(h5py.Group(item) if isinstance(item, h5g.GroupID) else h5py.Dataset(item))[
                attribute.name
            ]


def _check_data(name: str, data: h5d.DatasetID) -> int:
    """Raise unless a data set keeps its values in this file, and return in how many bytes."""
    made = data.get_create_plist()
    if made.get_layout() not in _LAYOUTS or made.get_external_count():
        raise RefusedError(name, "values in the file itself", "values in other files or data sets")
    filters = [made.get_filter(place)[0] for place in range(made.get_nfilters())]
    # Twice packed, a file could unfold to the square of the ratio.
    if set(filters) - _FILTERS or len(set(filters)) < len(filters) or set(filters) >= _PACKINGS:
        raise RefusedError(name, "gzip or LZF, shuffle and Fletcher32, each once", f"filters {filters}")
    space, kind = data.get_space(), data.get_type()
    if space.get_simple_extent_type() == h5s.NULL:
        return 0
    _check_chunks(name, made, kind.get_size())
    declared, stored = space.get_simple_extent_npoints() * kind.get_size(), data.get_storage_size()
    if declared > _FREE + _RATIO * stored:
        found = f"shape {space.shape} in {stored} bytes: more than such a file can hold"
        raise RefusedError(name, f"a shape whose values are stored, at most {_RATIO} times packed", found)
    return stored


def _check_chunks(name: str, made: h5py.h5p.PropDCID, size: int) -> None:
    if made.get_layout() == h5d.CHUNKED:
        for side in made.get_chunk():
            size *= side
        if size > _MOST_IN_CHUNK:
            raise RefusedError(name, f"chunks of at most {_MOST_IN_CHUNK} bytes", f"{size}")
