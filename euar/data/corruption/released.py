"""The Gaussian noise of QMF's published code, with its two mistakes; for comparison only."""

import numpy as np

from euar.data import _inputs


def released_gaussian(image: np.ndarray, epsilon: float) -> np.ndarray:
    """Return a picture as the published code makes it, uint8 of the same shape.

    It clips above 255 only, so that what falls below 0 wraps round to bright, and it seeds NumPy with 0 in
    every call, so that every picture gets the same pattern. `add_noise` does neither.

    Args:
        image: uint8 (height, width) or (height, width, channels).
        epsilon: a tenth of the standard deviation, in grey levels.

    Raises:
        DataError: not a uint8 picture, or epsilon is no number from 0.
    """
    _inputs.check_picture("released_gaussian", "image", image)
    _inputs.check_number("released_gaussian", "epsilon", epsilon)
    size = image.shape[:2] + (1,) * (image.ndim - 2)
    pattern = np.random.RandomState(0).normal(0, 10 * epsilon, size=size)
    noisy = np.minimum(image + pattern, 255)
    return noisy.astype(np.int64).astype(np.uint8)
