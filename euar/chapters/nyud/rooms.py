"""Made-up rooms in colour and depth, clean and with the noise of the test pictures."""

import numpy as np
from numpy.typing import NDArray

from euar.data import corruption
from euar.data.corruption.noise import Kind

#: What the picture and the meter show, {title: kind and strength}.
KINDS: dict[str, tuple[Kind, float]] = {
    "Gaussian, 5": ("gaussian", 5),
    "Gaussian, 10": ("gaussian", 10),
    "salt and pepper": ("salt-pepper", 10),
}


def room(seed: int, height: int = 120, width: int = 160) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a room of five surfaces and a box: colours, uint8 (H, W, 3), and depth, uint8 (H, W)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    edge = np.maximum(np.abs(x), np.abs(y)).clip(rng.uniform(0.3, 0.5))
    depth = edge.min() / edge  # 1 at the back wall
    surface = np.where(np.abs(x) > np.abs(y), x > 0, 2 + (y > 0))
    surface[edge == edge.min()] = 4
    box = (np.abs(x - rng.uniform(-0.4, 0.4)) < 0.35) & (np.abs(y - 0.45) < 0.3)
    surface[box], depth[box] = 5, 0.6
    colours = rng.integers(40, 240, (6, 3))[surface] * (0.4 + 0.6 * depth[..., None])
    return colours.astype(np.uint8), (255 * depth).astype(np.uint8)


def noisy(seed: int, kind: Kind, strength: float) -> tuple[NDArray[np.uint8], ...]:
    """Return a room with noise in colour and in depth.

    Args:
        seed: of the room.
        kind: see `corruption.add_noise`.
        strength: epsilon.
    """
    images = zip(("rgb", "depth"), room(seed), strict=True)
    return tuple(
        corruption.add_noise(image, id=f"room-{seed}", modality=name, kind=kind, strength=strength, seed=0)
        for name, image in images
    )
