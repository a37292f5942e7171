"""Numbers as a source has them, checked before they are used: their type, their size, their padding."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

import numpy as np

from euar.data.errors import DataError
from euar.data.precision import LARGEST, SMALLEST

_PLAUSIBLE = (1e-12, 1e12)  # sizes of most numbers in features; with the wrong byte order few are there
_PADDING = 64  # how many times longer than the mean the longest row may be, in large sets


def numbers(path: Path, field: str, values: object, dimensions: int) -> np.ndarray:
    """Return an array of float32 or float64, which looks as if its byte order were right.

    Raises:
        DataError: it is something else; most of its numbers make sense in another byte order alone, or are
            too small or large for float32.
    """
    if not is_float(values):
        raise wrong(path, field, "an array of float32 or float64", values)
    if values.ndim != dimensions or 0 in values.shape[1:]:
        raise wrong(path, field, f"{dimensions} dimensions, none empty but the first", values)
    some = values[:200]
    if not _are_plausible(some) and _are_plausible(some.byteswap()):
        found = f"most of a size like {_typical(some):.3g}, as in another byte order"
        raise wrong(path, field, "numbers of a plausible size", found)
    if not SMALLEST <= _typical(some) <= LARGEST:
        expected = f"most numbers between {SMALLEST:.2g} and {LARGEST:.2g}, which float32 holds"
        remedy = "multiply them by a power of ten, or take logarithms"
        raise DataError(path, field, expected, f"most of a size like {_typical(some):.3g}", remedy)
    return values


def _are_plausible(values: np.ndarray) -> bool:
    sizes = _sizes(values)
    return not len(sizes) or bool(np.mean((sizes > _PLAUSIBLE[0]) & (sizes < _PLAUSIBLE[1])) >= 0.5)


def _typical(values: np.ndarray) -> float:
    """The median size of the finite numbers other than 0; 1 where there are none."""
    sizes = _sizes(values)
    return float(np.median(sizes)) if len(sizes) else 1.0


def _sizes(values: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # bits in another order may be a NaN that signals
        sizes = np.abs(values)
        return sizes[np.isfinite(sizes) & (sizes > 0)]


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
