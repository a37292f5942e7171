"""Pictures as networks take them: the middle square, at the size and the scale of their training."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

SHORTEST, CROP = 256, 224  # pixels


def prepared(images: Sequence[np.ndarray], mean: Sequence[float], sd: Sequence[float]) -> np.ndarray:
    """Return pictures resized to a shortest side of 256, cropped to the middle 224 x 224 and standardised.

    Args:
        images: uint8 (H, W, 3) each, of any size.
        mean: of each channel, in grey levels.
        sd: of each channel, in grey levels.

    Returns:
        float32 (n, 3, 224, 224).
    """
    squares = np.stack([square(image, SHORTEST, CROP) for image in images]).astype(np.float32)
    scaled = (squares - np.asarray(mean, np.float32)) / np.asarray(sd, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def square(image: np.ndarray, shortest: int, side: int) -> np.ndarray:
    """Return the middle square of a picture that is resized first, uint8 (side, side, 3).

    Args:
        image: uint8 (H, W, 3).
        shortest: of the sides after resizing.
        side: of the square, at most `shortest`.
    """
    height, width = image.shape[:2]
    factor = shortest / min(height, width)
    size = (max(side, round(width * factor)), max(side, round(height * factor)))
    resized = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return np.asarray(resized.crop((left, top, left + side, top + side)))


def stretched(image: np.ndarray, side: int) -> np.ndarray:
    """Return all of a picture as a square, uint8 (side, side, 3).

    Args:
        image: uint8 (H, W, 3).
        side: of the square.
    """
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR))
