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
    squares = np.stack([_square(image) for image in images]).astype(np.float32)
    scaled = (squares - np.asarray(mean, np.float32)) / np.asarray(sd, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def _square(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    factor = SHORTEST / min(height, width)
    size = (max(CROP, round(width * factor)), max(CROP, round(height * factor)))
    resized = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)
    left, top = (size[0] - CROP) // 2, (size[1] - CROP) // 2
    return np.asarray(resized.crop((left, top, left + CROP, top + CROP)))
