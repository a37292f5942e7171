"""Small made-up data in the shape of a set that is not here, so that a chapter's cells still run."""

from typing import Any

import numpy as np

from euar.data import DataError, MultimodalDataset, load

_LEAST = 30  # rows of a split


def load_or_imitate(
    name: str, variant: str | None, like: dict[str, Any], *, real: bool, share: float = 0.25
) -> MultimodalDataset:
    """Return a data set if it is wanted and here, else a stand-in, whose name says so.

    Args:
        name: for `euar.data.load`.
        variant: for `euar.data.load`.
        like: a result measured on the set; it tells the shape.
        real: try the real set first. Its features may take minutes the first time.
        share: of the rows that the stand-in has.
    """
    if real:
        try:
            return load(name, variant=variant)
        except DataError as error:
            if error.field != "name_or_path":  # it is here, and something is wrong with it
                raise
    return imitate(like, share)


def imitate(like: dict[str, Any], share: float = 0.25, seed: int = 0) -> MultimodalDataset:
    """Return made-up features of the widths, the task and the splits of a result's data set.

    Each modality holds the label, weakly, in a random direction; the rest is standard normal noise. Nothing
    that is measured on it says anything about the real set.

    Args:
        like: a result measured on the set.
        share: of each split's rows.
        seed: of the draw.
    """
    rng, data = np.random.default_rng(seed), like["data"]
    n = [max(round(share * rows), _LEAST) for rows in data["n"].values()]
    split = np.repeat(list(data["n"]), n)
    target, signal = _labels(like, len(split), rng)
    return MultimodalDataset(
        name=f"{data['name']} (stand-in)",
        modalities={m: _features(signal, width, rng) for m, width in data["features"].items()},
        target=target,
        ids=np.array([f"row-{i:05d}" for i in range(len(split))]),
        split=split,
    )


def _labels(like: dict[str, Any], rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the target, (n,), and what features know of it, (n, columns)."""
    if "majority" not in like["baselines"]:
        target = rng.uniform(-3, 3, rows).astype(np.float32)
        return target, target[:, None] / 3
    classes = like["config"]["model"]["outputs"]
    target = rng.permutation(np.arange(rows) % classes)
    return target.astype(np.int64), np.eye(classes)[target]


def _features(signal: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
    directions = rng.normal(size=(signal.shape[1], width))
    return (rng.normal(size=(len(signal), width)) + 0.3 * signal @ directions).astype(np.float32)
