"""A tiny pickle in the layout of MulT's `mosi_data.pkl`: ids as bytes, labels (n, 1, 1)."""

import pickle
from pathlib import Path

import numpy as np

LABELS = {"train": (-2.6, 0.0, 1.0), "valid": (3.0,), "test": (-0.4, 2.0)}
LENGTH = 5
WIDTHS = {"text": 3, "audio": 2, "vision": 4}


def write(folder: Path) -> Path:
    """Write the pickle and return its path."""
    path = folder / "mosi_data.pkl"
    path.write_bytes(pickle.dumps(content(), protocol=4))
    return path


def content() -> dict:
    """Return what the pickle holds; row k of a split has k % 3 frames of padding."""
    generator = np.random.default_rng(0)
    return {word: _split(word, np.array(labels), generator) for word, labels in LABELS.items()}


def _split(word: str, labels: np.ndarray, generator: np.random.Generator) -> dict:
    rows = len(labels)
    inside = np.arange(LENGTH) < LENGTH - (np.arange(rows) % 3)[:, None]
    part = {
        name: np.where(inside[..., None], generator.normal(size=(rows, LENGTH, width)), 0).astype(np.float32)
        for name, width in WIDTHS.items()
    }
    part["labels"] = labels.astype(np.float32)[:, None, None]
    names = [(f"a_é_{word}", f"{row}.5", f"{row + 1}.25") for row in range(rows)]
    part["id"] = np.array([[name.encode() for name in row] for row in names])
    return part
