"""What all statistics ask of their input."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def finite(name: str, values: ArrayLike, ndim: int, at_least: int = 1) -> Floats:
    """Return values as float64.

    Args:
        name: of the argument, for the error.
        values: what the caller passed.
        ndim: how many axes it must have.
        at_least: the smallest length of its last axis.

    Raises:
        ValueError: another number of axes, too short, or not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != ndim or array.shape[-1] < at_least or array.size == 0:
        wanted = f"{ndim} {'axis' if ndim == 1 else 'axes'}, the last of length {at_least} or more"
        raise ValueError(f"{name}: expected {wanted}, found shape {array.shape}")
    if not np.isfinite(array).all():
        count = np.count_nonzero(~np.isfinite(array))
        raise ValueError(f"{name}: expected finite numbers, found {count} that are not, of {array.size}")
    return array


def same_shape(**arrays: Floats) -> None:
    """Refuse arrays of different shapes, which NumPy might broadcast.

    Raises:
        ValueError: naming each with its shape.
    """
    if len({array.shape for array in arrays.values()}) > 1:
        found = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"expected equal shapes, found {found}")
