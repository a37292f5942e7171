"""What a pickle may ask for by name, and the inert stand-ins that answer: nothing here runs the file's code.

A stand-in checks its arguments and makes an array, a number or a plain container. NumPy's own constructors,
which trust the file, are never called.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from euar.data.errors import DataError

_DTYPE = re.compile(r"b1|[iu][1248]|f[248]|O[48]?|[SU](0|[1-9]\d{0,8})")
_KEYS = (str, bytes, int, float, bool, type(None))
_EXPECTED = "arrays, numbers, texts, lists, tuples, sets and dicts"
_BUILTINS = ("bytearray", "complex", "frozenset", "range", "xrange", "slice", "Ellipsis", "NotImplemented")
#: Names of plain data that are not read: to hold them is no harm.
_OTHER_DATA = {
    "builtins": _BUILTINS,
    "__builtin__": _BUILTINS,
    "collections": ("Counter", "deque"),
    "datetime": ("date", "datetime", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "pathlib": ("PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"),
    "uuid": ("UUID",),
}
_LARGEST_EMPTY = 2**20  # what the other dimensions of an array without elements may multiply to


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a pickle asked for and may have: what it is called, and what a call of it does."""

    text: str
    call: Callable | None = None


@dataclass(eq=False, slots=True)
class Pending:
    """An array or dtype before its state is known; `keys` are the memo's keys under which it is kept."""

    text: str
    finish: Callable[..., object]
    keys: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entries:
    """A dict or a set that a call asked for, still empty, and the keys and values to put there."""

    container: dict | set
    keys: Sequence[Any]
    values: Sequence[Any] = ()


def refusal(found: str) -> DataError:
    """Return the error that says what a pickle asked for; `safe_pickle.load` adds the file."""
    remedy = "do not open it with other tools either: get the file from a source that you trust"
    return DataError("pickle", "content", _EXPECTED, found[:300], remedy)


def unreadable(found: str) -> DataError:
    """Return the error that says what a pickle holds that is damaged or not of the types that are read."""
    remedy = "get the file again, or write its content with these types alone"
    return DataError("pickle", "content", _EXPECTED, found[:300], remedy)


def brief(value: object) -> str:
    """Return a short description that walks through no container."""
    return f"{value!r}"[:80] if type(value) in _KEYS else f"a {type(value).__name__}"


def is_scalar(value: object) -> bool:
    """Tell whether a value is text or a number."""
    return type(value) in (str, bytes, int, float, bool) or (
        isinstance(value, np.generic) and value.dtype.kind in "biufSU"
    )


def check_keys(keys: Iterable[object]) -> None:
    """Raise unless keys are text, numbers or None: what hashes without running code of its own."""
    for key in keys:
        if type(key) not in _KEYS:
            raise unreadable(f"a key of type {type(key).__name__}")


def lookup(module: str, name: str) -> Name:
    """Return the stand-in for `module.name`.

    Raises:
        DataError: it is not admitted.
    """
    if (module, name) not in _ADMITTED:
        text = f"{module}.{name}"
        error = unreadable if name in _OTHER_DATA.get(module, ()) else refusal
        raise error(text if text.isprintable() else repr(text))
    return _ADMITTED[module, name]


def _dtype(code: str, align: int, copy: int) -> Pending:
    if not (type(code) is str and _DTYPE.fullmatch(code) and align in (0, 1) and copy in (0, 1)):
        raise unreadable(f"numpy.dtype of {brief(code)}")
    return Pending("numpy.dtype", lambda *state: _finished_dtype(code, state))


def _finished_dtype(code: str, state: tuple) -> np.dtype:
    """Return the plain dtype of a state (version, byte order, subarray, names, fields, size, ...)."""
    if len(state) != 8 or any(part is not None for part in state[2:5]) or state[0] != 3:
        raise unreadable(f"numpy.dtype {code} with fields, metadata or a subarray")
    orders = ("|",) if code[0] in "bOS" or code in ("i1", "u1") else ("<", ">")
    order, size = state[1], state[5]
    if order not in orders:
        raise unreadable(f"numpy.dtype {code} with byte order {brief(order)}")
    dtype = np.dtype("O" if code[0] == "O" else order + code)
    if size not in (-1, dtype.itemsize):
        raise unreadable(f"numpy.dtype {code} with size {brief(size)}")
    return dtype


def _reconstruct(kind: Name, shape: tuple, code: bytes) -> Pending:
    if kind is not _NDARRAY or shape != (0,) or code not in (b"b", "b"):
        asked = kind.text if type(kind) is Name else brief(kind)
        raise refusal(f"numpy.core.multiarray._reconstruct of {asked}")
    return Pending("numpy.ndarray", _finished_array)


def _finished_array(version: int, shape: tuple, dtype: np.dtype, fortran: bool, raw: Any) -> np.ndarray:
    if version != 1 or fortran not in (0, 1):
        raise unreadable(f"numpy.ndarray with a state of version {brief(version)}")
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return _objects(shape, raw)  # listed in C order, whatever the order in memory
    return _array(raw, dtype, shape, "F" if fortran else "C")


def _frombuffer(
    raw: bytes, dtype: np.dtype, shape: tuple, order: Literal["C", "F", "K"], axes: tuple = ()
) -> np.ndarray:
    if order not in ("C", "F", "K"):
        raise unreadable(f"numpy.core.numeric._frombuffer with order {brief(order)}")
    if order != "K":
        return _array(raw, dtype, shape, order)
    _check_shape(axes)
    return _array(raw, dtype, shape, "C").transpose(axes)


def _scalar(dtype: np.dtype, raw: bytes) -> Any:
    return _array(raw, dtype, (), "C")[()]


def _array(raw: Any, dtype: np.dtype, shape: tuple, order: Literal["C", "F"]) -> np.ndarray:
    """Return a read-only array over the file's bytes, which must be exactly as many as its shape needs."""
    if not isinstance(dtype, np.dtype) or dtype.kind == "O":
        raise unreadable(f"numpy.ndarray of bytes with {brief(dtype)} for its type")
    raw = raw.encode("latin1") if type(raw) is str else raw  # Python 2 wrote bytes as str
    count = _check_shape(shape)
    if type(raw) not in (bytes, bytearray) or len(raw) != count * dtype.itemsize:
        held = len(raw) if type(raw) in (bytes, bytearray) else brief(raw)
        raise unreadable(f"numpy.ndarray {dtype} of shape {shape} in {held} bytes")
    if not dtype.itemsize:
        return _empty_texts(dtype, shape, count)
    values = np.frombuffer(raw, dtype) if count else np.empty(0, dtype)
    if dtype.kind == "b" and count and values.view("u1").max() > 1:
        raise unreadable("numpy.ndarray of bool with other bytes than 0 and 1")
    if dtype.kind == "U" and count and values.view(dtype.str[0] + "u4").max() > 0x10FFFF:
        raise unreadable("numpy.ndarray of text with numbers that are no characters")
    values.flags.writeable = False
    return values.reshape(shape, order=order)


def _empty_texts(dtype: np.dtype, shape: tuple, count: int) -> np.ndarray:
    """Return an array of empty texts, which take no bytes in the file."""
    if count > _LARGEST_EMPTY:
        raise refusal(f"numpy.ndarray {dtype} of shape {shape} in 0 bytes")
    values = np.zeros(shape, f"{dtype.kind}1")
    values.flags.writeable = False
    return values


def _objects(shape: tuple, items: list) -> np.ndarray:
    """Return an object array of texts, numbers and None."""
    count = _check_shape(shape)
    if type(items) is not list or len(items) != count:
        held = len(items) if type(items) is list else brief(items)
        raise unreadable(f"numpy.ndarray of objects of shape {shape} with {held} elements")
    for item in items:
        if item is not None and not is_scalar(item):
            asked = item.text if type(item) is Name else type(item).__name__
            error = refusal if type(item) in (Name, Pending) else unreadable
            raise error(f"numpy.ndarray of objects that holds {asked}")
    values = np.empty(count, dtype=object)
    values[:] = items
    return values.reshape(shape)


def _check_shape(shape: tuple) -> int:
    """Return the number of elements."""
    if type(shape) is not tuple or len(shape) > 8 or any(type(n) is not int or n < 0 for n in shape):
        raise unreadable("numpy.ndarray with a shape that is none")
    count = math.prod(shape)
    if not count and math.prod(n or 1 for n in shape) > _LARGEST_EMPTY:
        raise refusal(f"numpy.ndarray without elements of shape {shape}")
    return count


def _encode(text: str, codec: str) -> bytes:
    if type(text) is not str or codec != "latin1":
        raise unreadable(f"_codecs.encode to {brief(codec)}")
    return text.encode("latin1")


def _ordered(items: Iterable = ()) -> Entries:
    pairs = [(key, value) for key, value in items]
    return Entries({}, [key for key, _ in pairs], [value for _, value in pairs])


def _default(factory: Name | None = None) -> dict:
    """Return a plain dict; what would have made the missing values is left out."""
    if factory is not None and factory not in _FACTORIES:
        raise refusal(f"collections.defaultdict of {brief(factory)}")
    return {}


def _set(items: Iterable = ()) -> Entries:
    return Entries(set(), list(items))


def _bytes() -> bytes:
    return b""  # protocols 0 to 2 write empty bytes as a call


_NDARRAY = Name("numpy.ndarray")
STUB = Name("__main__.return_unk")
_PLAIN = ("int", "long", "float", "str", "list", "dict")
_FACTORIES = (STUB, *(Name(f"builtins.{kind}") for kind in _PLAIN))
_ADMITTED = {
    ("__main__", "return_unk"): STUB,
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): Name("numpy.dtype", _dtype),
    ("_codecs", "encode"): Name("_codecs.encode", _encode),
    ("collections", "OrderedDict"): Name("collections.OrderedDict", _ordered),
    ("collections", "defaultdict"): Name("collections.defaultdict", _default),
}
for _core in ("numpy.core", "numpy._core"):  # NumPy 1, NumPy 2
    _ADMITTED |= {
        (f"{_core}.multiarray", "_reconstruct"): Name(f"{_core}.multiarray._reconstruct", _reconstruct),
        (f"{_core}.multiarray", "scalar"): Name(f"{_core}.multiarray.scalar", _scalar),
        (f"{_core}.numeric", "_frombuffer"): Name(f"{_core}.numeric._frombuffer", _frombuffer),
    }
for _builtins in ("__builtin__", "builtins"):  # Python 2, Python 3
    _ADMITTED |= {(_builtins, kind): factory for kind, factory in zip(_PLAIN, _FACTORIES[1:], strict=True)}
    _ADMITTED[_builtins, "set"] = Name("builtins.set", _set)
    _ADMITTED[_builtins, "bytes"] = Name("builtins.bytes", _bytes)
