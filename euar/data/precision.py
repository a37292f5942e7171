"""What float32 keeps of numbers: columns that are constant but for rounding, numbers that it cannot hold."""

import numpy as np

_ROUNDING = 2 * float(np.finfo(np.float32).eps)  # relative; two to four units in the last place
#: What every number of a set must be; `to_float32` makes the others NaN.
FINITE = "finite numbers, up to 3.4e+38 in float32"
LARGEST, SMALLEST = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)


def constant(rows: np.ndarray) -> np.ndarray:
    """Tell which columns of float32 (n, d) are constant: bool (d,).

    So are those that vary in their last digits alone: a mean or a sum of equal numbers does, and scaling such
    a column would blow its rounding up to the size of the others. Where the last digits do count, subtract
    the column's mean in float64 before it is stored.
    """
    low, high = rows.min(axis=0).astype(np.float64), rows.max(axis=0).astype(np.float64)
    return high - low <= _ROUNDING * np.maximum(np.abs(low), np.abs(high))


def to_float32(values: np.ndarray) -> np.ndarray:
    """Return numbers as float32, a copy; NaN for those too large, so that infinity is what was infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype(np.float32)
        narrow[np.isinf(narrow) & np.isfinite(values)] = np.nan
    return narrow
