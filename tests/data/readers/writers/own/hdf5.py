"""A tiny HDF5 file of users' own data: integer labels, which are classes, and two views."""

from pathlib import Path

import h5py
import numpy as np

from tests.data.readers.writers.own._rows import GROUPS, IDS, SPLIT, TEXTS, features

LABELS = (7, 3, 3, 7, 3, 7, 10, 3)
LENGTHS = (4, 3, 2, 4, 1, 2, 3, 4)


def write(folder: Path) -> Path:
    """Write the file and return its path."""
    path = folder / "own.h5"
    columns = {"id": IDS, "label": np.array(LABELS), "split": SPLIT, "group": GROUPS, "text": TEXTS}
    views = {
        "face": features(1, 8, 3),
        "voice": features(2, 8, 4, 2),
        "voice_lengths": np.array(LENGTHS, dtype=np.int32),
    }
    with h5py.File(path, "w") as file:
        for name, values in columns.items():
            values = values if isinstance(values, np.ndarray) else list(values)
            file.create_dataset(f"labels/{name}", data=values, track_times=False)
        for name, values in views.items():
            file.create_dataset(f"views/{name}", data=values, compression=4, track_times=False)
    return path
