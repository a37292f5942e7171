"""A tiny pickle in the layout of MAG-BERT's `mosi.pkl`."""

import pickle
from pathlib import Path

import numpy as np

LABELS = {"train": (-2.6, 0.0, 1.0), "dev": (3.0,), "test": (-0.4, 2.0)}
WIDTHS = {"visual": 4, "acoustic": 3}
WORDS = ("well", "that", "is", "text", "é")


def write(folder: Path) -> Path:
    """Write the pickle and return its path."""
    path = folder / "mosi.pkl"
    path.write_bytes(pickle.dumps(content(), protocol=4))
    return path


def content() -> dict:
    """Return what the pickle holds; segment k of a split has its first 5 - k words."""
    generator = np.random.default_rng(0)
    return {
        key: [_segment(key, row, label, generator) for row, label in enumerate(labels)]
        for key, labels in LABELS.items()
    }


def _segment(key: str, row: int, label: float, generator: np.random.Generator) -> tuple:
    words = list(WORDS[: len(WORDS) - row])
    visual, acoustic = (
        generator.normal(size=(len(words), width)).astype(np.float32) for width in WIDTHS.values()
    )
    return (words, visual, acoustic), np.array([[label]], dtype=np.float32), f"a_{key}[{row}]"
