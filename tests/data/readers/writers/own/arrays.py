"""A tiny NPZ file of users' own data with everything: ratings, a split, groups, and two modalities."""

from pathlib import Path

import numpy as np

from tests.data.readers.writers.own._rows import GROUPS, IDS, RATINGS, SPLIT, features


def write(folder: Path) -> Path:
    """Write the file and return its path."""
    np.savez(
        folder / "arrays.npz",
        id=np.array(IDS),
        label=np.array(RATINGS),
        split=np.array(SPLIT),
        group=np.array(GROUPS),
        face=features(1, 8, 3),
        voice=features(2, 8, 4, 2),
        voice_lengths=np.array((4, 3, 2, 4, 1, 2, 3, 4)),
    )
    return folder / "arrays.npz"
