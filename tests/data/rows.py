"""A small data set that has every field, and the same with fields replaced."""

import numpy as np

from euar.data import MultimodalDataset

ROWS = 12


def fields(**changes):
    """Arguments of a valid data set; row 1 has no audio, which holds NaN there."""
    rng = np.random.default_rng(0)
    audio = rng.normal(5, 3, size=(ROWS, 2)).astype(np.float32)
    audio[1] = np.nan
    valid = {
        "name": "rows",
        "modalities": {"text": rng.normal(-2, 9, size=(ROWS, 4)).astype(np.float32), "audio": audio},
        "target": rng.normal(size=ROWS).astype(np.float32),
        "ids": [f"clip-{row}é" for row in range(ROWS)],
        "split": ["train"] * 7 + ["valid"] * 2 + ["test"] * 3,
        "available": {"audio": np.arange(ROWS) != 1},
        "target_sd": rng.uniform(size=ROWS),
        "groups": ["a", "b"] * (ROWS // 2),
        "sequences": {"audio": (rng.normal(size=(ROWS, 5, 3)).astype(np.float32), np.arange(ROWS) % 5 + 1)},
        "meta": {
            "source": "made up",
            "counts": [1, 2.5, None, True],
            "noise": {"text": rng.uniform(size=ROWS), "unit": "none"},
            "pool": np.array(["x", "yy"] * (ROWS // 2)),
        },
    }
    return valid | changes


def make(**changes):
    """The data set of `fields`."""
    return MultimodalDataset(**fields(**changes))
