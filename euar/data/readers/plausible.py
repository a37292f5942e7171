"""Numbers as a source has them, checked before they are used: their type, their size, their padding."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

import numpy as np

from euar.data.errors import DataError

_PLAUSIBLE = (1e-12, 1e12)  # sizes of most numbers in features; with the wrong byte order few are there
_PADDING = 64  # how many times longer than the mean the longest row may be, in large sets


def numbers(path: Path, field: str, values: object, dimensions: int) -> np.ndarray:
    """Return an array of float32 or float64, which looks as if its byte order were right.

    Raises:
        DataError: it is something else, or most of its numbers are far too small or large.
    """
    if not is_float(values):
        raise wrong(path, field, "an array of float32 or float64", values)
    if values.ndim != dimensions or 0 in values.shape[1:]:
        raise wrong(path, field, f"{dimensions} dimensions, none empty but the first", values)
    size = np.abs(values[:200])
    size = size[np.isfinite(size)]
    size = size[size > 0]
    if len(size) and np.mean((size > _PLAUSIBLE[0]) & (size < _PLAUSIBLE[1])) < 0.5:
        raise wrong(path, field, "numbers of a plausible size", f"most of a size like {size[0]:.3g}")
    return values


def is_float(values: object) -> TypeGuard[np.ndarray]:
    """Tell whether a value is an array of float32 or float64."""
    return isinstance(values, np.ndarray) and values.dtype.kind == "f" and values.dtype.itemsize in (4, 8)


def check_padding(path: Path, field: str, lengths: Sequence[int] | np.ndarray) -> None:
    """Raise when padding rows to the longest would take far more than they hold."""
    longest = max(lengths, default=0)
    if len(lengths) * int(longest) > _PADDING * int(np.sum(lengths)) + 2**20:
        expected = f"a longest entry of at most {_PADDING} times the mean length"
        raise wrong(path, field, expected, f"one of length {longest} among {len(lengths)}")


def wrong(path: Path, field: str, expected: str, found: object) -> DataError:
    """Return the error that describes what stands in a field, without walking through it."""
    remedy = "get the file again, or write it in the format's layout"
    return DataError(path, field, expected, described(found), remedy)


def described(value: object) -> str:
    """Return a short text on a value that may be huge; it is not empty."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {value.shape}"
    if isinstance(value, list | tuple | set | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return (str(value).strip() or repr(value))[:200]
