"""Small pictures, the same bytes each time."""

from pathlib import Path

import numpy as np
from PIL import Image


def pixels(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 noise on a ramp: no two seeds give the same."""
    noise = np.random.default_rng(seed).integers(0, 128, shape)
    ramp = np.linspace(0, 127, shape[1]).reshape(1, -1, *[1] * (len(shape) - 2))
    return (noise + ramp).astype(np.uint8)


def save(path: Path, values: np.ndarray) -> Path:
    """Write a JPEG or a PNG, as the name says, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)
    return path
