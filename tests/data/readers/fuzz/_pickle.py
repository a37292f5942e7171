"""Mutations of pickles, which are trusted here: loaded, changed and dumped again."""

import pickle
from collections.abc import Callable, Iterator
from random import Random

import numpy as np

from tests.data.readers.fuzz._file import File
from tests.data.safe_pickle.opcodes import numbers_as_keys

_HUGE = b"\x80\x04\x8e" + (2**60).to_bytes(8, "little")  # BINBYTES8


def _parts(value: object) -> Iterator[object]:
    """Yield a value and all that it holds."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for part in inner:
        yield from _parts(part)


def _mapped(value: object, change: Callable[[object], object]) -> object:
    """Rebuild a value from the inside out, with each part changed."""
    if isinstance(value, dict):
        value = {key: _mapped(part, change) for key, part in value.items()}
    elif isinstance(value, list | tuple):
        value = type(value)(_mapped(part, change) for part in value)
    return change(value)


def _with_array(kinds: str, change: Callable[[np.ndarray, Random], object]) -> Callable:
    """Return a mutation that changes one array whose dtype is of these kinds."""

    def mutate(file: File, rng: Random) -> bytes | None:
        content = pickle.loads(file.content)
        arrays = [part for part in _parts(content) if isinstance(part, np.ndarray)]
        arrays = [array for array in arrays if array.shape and array.size and array.dtype.kind in kinds]
        if not arrays:
            return None
        old = rng.choice(arrays)
        new = change(old, rng)
        return pickle.dumps(_mapped(content, lambda part: new if part is old else part), protocol=4)

    return mutate


def _nan(array: np.ndarray, rng: Random) -> np.ndarray:
    array = array.copy()
    array.flat[rng.randrange(array.size)] = rng.choice((np.nan, np.inf))
    return array


def _other_type(array: np.ndarray, rng: Random) -> np.ndarray:
    return array.astype(rng.choice((object, str)) if array.dtype.kind in "fiu" else object)


def _as_list(array: np.ndarray, _rng: Random) -> object:
    return list(array)  # of NumPy's numbers


def _with_none(array: np.ndarray, rng: Random) -> np.ndarray:
    array = array.astype(object)
    array.flat[rng.randrange(array.size)] = None
    return array


def _fewer_rows(array: np.ndarray, _rng: Random) -> np.ndarray:
    return array[:-1]


def _twice(value: object) -> object:
    """Give the second of several rows the id of the first."""
    if isinstance(value, dict) and len(value.get("id", ())) > 1:
        ids = value["id"].copy()
        ids[1] = ids[0]
        return value | {"id": ids}
    if isinstance(value, list) and len(value) > 1 and isinstance(value[1], tuple):
        return [value[0], (*value[1][:-1], value[0][-1]), *value[2:]]
    return value


def _duplicate_id(file: File, _rng: Random) -> bytes:
    return pickle.dumps(_mapped(pickle.loads(file.content), _twice), protocol=4)


def _big_endian(file: File, _rng: Random) -> bytes:
    def swapped(part: object) -> object:
        return part.astype(part.dtype.newbyteorder(">")) if isinstance(part, np.ndarray) else part

    return pickle.dumps(_mapped(pickle.loads(file.content), swapped), protocol=4)


def _wrong_endian(file: File, _rng: Random) -> bytes:
    return file.content.replace(b"\x8c\x01<", b"\x8c\x01>")  # the dtypes' byte order alone


def _key_missing(file: File, rng: Random) -> bytes | None:
    content = pickle.loads(file.content)
    keys = [(part, key) for part in _parts(content) if isinstance(part, dict) for key in part]
    keys = [(part, key) for part, key in keys if key not in file.optional]
    if not keys:
        return None
    part, key = rng.choice(keys)
    del part[key]
    return pickle.dumps(content, protocol=4)


def _protocol_2(file: File, _rng: Random) -> bytes:
    return pickle.dumps(pickle.loads(file.content), protocol=2)


def _huge(_file: File, _rng: Random) -> bytes:
    return _HUGE + b"few bytes."


def _held_often(file: File, rng: Random) -> bytes:
    """Hold one list of the content, or one array of objects, twenty thousand times."""
    many = [1] * 20_000
    inside = rng.choice((many, np.array(many, dtype=object)))
    return pickle.dumps([pickle.loads(file.content), [inside] * 20_000], protocol=4)


def _colliding(_file: File, rng: Random) -> bytes:
    """Ask for a dict of numbers, each of which meets thousands of the others."""
    return numbers_as_keys(rng.choice((14, 16)))


def _further_key(file: File, rng: Random) -> bytes | None:
    content = pickle.loads(file.content)
    if not isinstance(content, dict):
        return None
    key = rng.choice(("val", "word2id", "", 0, None, b"x"))
    return pickle.dumps(content | {key: rng.choice(list(content.values()))}, protocol=4)


def _called_often(_file: File, rng: Random) -> bytes:
    """Ask twenty thousand times for a set or a dict of one long list."""
    name, item = rng.choice(
        ((b"c__builtin__\nset\n", b"K\x01"), (b"ccollections\nOrderedDict\n", b"K\x01K\x02\x86"))
    )
    return b"\x80\x02](" + name + b"q\x00](" + item * 20_000 + b"e\x85q\x01" + b"h\x00h\x01R" * 20_000 + b"e."


ALL = {
    "one value held often": _held_often,
    "one call made often": _called_often,
    "colliding keys": _colliding,
    "a further key": _further_key,
    "a list for an array": _with_array("fiuSU", _as_list),
    "None in an array": _with_array("fiuSU", _with_none),
    "not a number": _with_array("f", _nan),
    "wrong dtype": _with_array("fiuSU", _other_type),
    "fewer rows": _with_array("fiuSU", _fewer_rows),
    "duplicate id": _duplicate_id,
    "big-endian": _big_endian,
    "wrong byte order": _wrong_endian,
    "a key missing": _key_missing,
    "protocol 2": _protocol_2,
    "huge declared size": _huge,
}
