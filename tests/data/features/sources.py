"""A small set with texts and pictures and no features, and an extractor that counts its work."""

from typing import ClassVar

import numpy as np
from PIL import Image

from euar.data import MultimodalDataset

ROWS = 12


def dataset(folder, texts=None):
    """Return 12 rows: a text and a picture each."""
    rng = np.random.default_rng(0)
    for row in range(ROWS):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(folder / f"{row}.png")
    texts = texts or [f"text number {row}" for row in range(ROWS)]
    return MultimodalDataset(
        name="raw",
        modalities={},
        target=np.arange(ROWS, dtype=np.float32),
        ids=[f"row-{row}" for row in range(ROWS)],
        split=["train"] * 6 + ["valid"] * 2 + ["test"] * 4,
        meta={
            "raw": {"text": np.array(texts), "photo": np.array([f"{row}.png" for row in range(ROWS)])},
            "raw_kinds": {"text": "text", "photo": "image"},
            "source": {"path": str(folder)},
        },
    )


class Lengths:
    """Two numbers an item: its length or mean, and a constant."""

    kinds = ("text", "image")
    version = "1"
    batch_size = 5
    seen: ClassVar[list] = []

    def extract(self, items):
        """Note the items and return float32 (n, 2)."""
        self.seen.extend(items)
        return np.array([[measure(item), 1] for item in items], dtype=np.float32)


def measure(item):
    """Return what `Lengths` measures."""
    return len(item) if isinstance(item, str) else item.mean()
