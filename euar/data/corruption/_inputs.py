"""What noise can be put on, and how strong it can be."""

import numpy as np

from euar.data.errors import DataError


def check_picture(file: str, field: str, image: np.ndarray) -> None:
    """Raise unless the picture is uint8 (height, width) or (height, width, channels)."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3):
        found = f"{image.dtype} of shape {image.shape}"
        raise DataError(file, field, "uint8 (height, width[, channels])", found, "convert the picture")


def check_number(file: str, field: str, value: float) -> None:
    """Raise unless the value is a finite number from 0."""
    if not 0 <= value < np.inf:
        raise DataError(file, field, "a number from 0", str(value), "correct it")
