"""Made-up rows of users' own data, which its writers lay out in three ways."""

import numpy as np

IDS = tuple(f"clip-{row}é" for row in range(8))
SPLIT = ("train", "train", "train", "train", "valid", "valid", "test", "test")
GROUPS = ("ann", "ann", "bob", "bob", "cyd", "cyd", "dan", "dan")
RATINGS = (-2.5, 0.0, 1.25, 3.0, -0.5, 2.0, 0.75, -1.0)
SPREAD = (0.5, 0.25, 0.0, 1.0, 0.75, 0.5, 0.25, 0.5)
TEXTS = tuple(f"Well, that is text {row}." for row in range(8))


def features(seed: int, *shape: int) -> np.ndarray:
    """Return float32 noise."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
