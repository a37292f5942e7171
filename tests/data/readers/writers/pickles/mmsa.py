"""A tiny pickle in the layout of MMSA's `unaligned_50.pkl`."""

import pickle
from pathlib import Path

import numpy as np

LABELS = {"train": (-2.6, 0.0, 1.0), "valid": (3.0,), "test": (-0.4, 2.0)}
LENGTHS = {"text": 4, "audio": 6, "vision": 5}
WIDTHS = {"text": 3, "audio": 2, "vision": 4}


def write(folder: Path) -> Path:
    """Write the pickle and return its path."""
    path = folder / "unaligned_50.pkl"
    path.write_bytes(pickle.dumps(content(), protocol=4))
    return path


def content() -> dict:
    """Return what the pickle holds; row k of a split has k % 3 frames of padding in each modality."""
    generator = np.random.default_rng(0)
    return {word: _split(word, np.array(labels), generator) for word, labels in LABELS.items()}


def _split(word: str, labels: np.ndarray, generator: np.random.Generator) -> dict:
    rows = len(labels)
    padding = np.arange(rows) % 3
    part = {
        "raw_text": [f"Well, that is text é {row}." for row in range(rows)],
        "id": [f"a_{word}$_${row}" for row in range(rows)],
        "text_bert": np.zeros((rows, 3, LENGTHS["text"]), dtype=np.float32),
        "annotations": np.array(["Negative", "Neutral", "Positive"])[
            np.sign(labels).astype(int) + 1
        ].tolist(),
        "classification_labels": np.sign(labels) + 1,
        "regression_labels": labels,
    }
    for name, most in LENGTHS.items():
        inside = np.arange(most) < most - padding[:, None]
        frames = generator.normal(size=(rows, most, WIDTHS[name])).astype(np.float32)
        part[name] = np.where(inside[..., None], frames, np.float32(0))
        if name != "text":
            part[f"{name}_lengths"] = (most - padding).tolist()
    part["text_bert"][:, 0] = 101
    part["text_bert"][:, 1] = np.arange(LENGTHS["text"]) < LENGTHS["text"] - padding[:, None]
    return part
