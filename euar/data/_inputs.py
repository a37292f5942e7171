"""What a corruption can be given: pictures, numbers, seeds; a wrong type is told like a wrong value."""

import reprlib
from numbers import Integral, Real

import numpy as np

from euar.data.errors import DataError


def check_picture(file: str, field: str, image: np.ndarray) -> None:
    """Raise unless the picture is uint8 (height, width) or (height, width, channels)."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3):
        found = f"{image.dtype} of shape {image.shape}"
        raise DataError(file, field, "uint8 (height, width[, channels])", found, "convert the picture")


def check_number(file: str, field: str, value: float, most: float = 1e9) -> None:
    """Raise unless the value is a number from 0 to `most`."""
    if not (is_number(value) and 0 <= value <= most):
        raise DataError(file, field, f"a number from 0 to {most:g}", shown(value), "correct it")


def is_number(value: object) -> bool:
    """Tell whether a value is a real number, not bool."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_whole(file: str, **values: int) -> None:
    """Raise unless each value, such as a seed, is an int from 0: as text or float it would draw otherwise."""
    for field, value in values.items():
        if not isinstance(value, Integral) or isinstance(value, bool) or not 0 <= value < 2**63:
            raise DataError(file, field, "an int from 0 to 2^63 - 1", shown(value), "correct it")


def shown(value: object) -> str:
    """Return a value for an error: in a few letters, whatever it is."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an int of thousands of digits
        return f"a {type(value).__name__}"
