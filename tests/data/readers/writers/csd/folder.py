"""Tiny computational sequences in the layout of the CMU-MultimodalSDK: words, labels, COVAREP, FACET, folds.

All features and ratings are multiples of 1/8, so that every float type holds them.
"""

import json
from pathlib import Path

import h5py
import numpy as np

SPOKEN = {  # a word each half second
    "alpha": ("sp", "well", "that", "sp", "is", "très", "good", "sp"),
    "bêta": ("not", "my", "film", "sp", "at", "all"),
    "gamma": ("sp", "so", "so", "and", "sp", "slow"),
}
SEGMENTS = {  # start, end, sentiment, happiness; the last of gamma has a pause alone, silent has no words
    "alpha": ((0.0, 1.5, 1.0, 0.5), (1.5, 2.75, 2.5, 1.0), (2.75, 4.0, 3.0, 0.0)),
    "bêta": ((0.25, 2.0, -2.75, 0.0), (2.0, 3.0, -3.0, 0.0)),
    "gamma": ((0.5, 1.75, 0.0, 0.25), (1.75, 3.0, -0.5, 0.0), (2.0, 2.5, 1.5, 0.0)),
    "silent": ((0.0, 1.0, 1.0, 0.0),),
}
SECONDS = {"alpha": 4, "bêta": 3, "gamma": 3, "silent": 1}
FOLDS = {"train": ["alpha", "silent"], "valid": ["gamma"], "test": ["bêta"]}
RATES = {"COVAREP": (8, 3), "FACET_4.2": (3, 2)}  # frames a second, columns

Content = dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]  # {root: {video: (intervals, features)}}


def write(folder: Path) -> Path:
    """Write the sequences and the folds, and return the folder."""
    (folder / "folds.json").write_text(json.dumps(FOLDS, ensure_ascii=False), encoding="utf-8")
    return save(folder, content())


def save(folder: Path, sequences: Content) -> Path:
    """Write a file for each sequence and return the folder."""
    for root, videos in sequences.items():
        with h5py.File(folder / f"CMU_TINY_{root.replace(' ', '_')}.csd", "w") as file:
            for video, (intervals, features) in videos.items():
                put(file, f"{root}/data/{video}/intervals", intervals)
                put(file, f"{root}/data/{video}/features", features)
            name = np.array([json.dumps(root)], dtype=object)
            put(file, f"{root}/metadata/root name", name, dtype=h5py.string_dtype())
    return folder


def put(file: h5py.File, name: str, values: np.ndarray, **options: object) -> None:
    """Write an array without the time of day."""
    file.create_dataset(name, data=values, track_times=False, **options)


def content() -> Content:
    """Return what is written; the first frame of COVAREP in the words of a video is -inf, silence."""
    generator = np.random.default_rng(0)
    found: Content = {
        "words": {video: words(spoken) for video, spoken in SPOKEN.items()},
        "Opinion Segment Labels": {video: labels(rows) for video, rows in SEGMENTS.items()},
    }
    for root, (rate, width) in RATES.items():
        found[root] = {video: frames(generator, seconds, rate, width) for video, seconds in SECONDS.items()}
    for _, features in found["COVAREP"].values():
        features[4, 0] = -np.inf
    return found


def words(spoken: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals and features (T, 1) of words."""
    return _intervals(len(spoken), 2), np.array([[word.encode()] for word in spoken])


def labels(rows: tuple[tuple[float, ...], ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals and features (S, 2) of segments."""
    table = np.array(rows, dtype=np.float64)
    return table[:, :2], table[:, 2:].astype(np.float32)


def frames(
    generator: np.random.Generator, seconds: int, rate: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals and features of frames."""
    values = generator.integers(-80, 80, (seconds * rate, width)) / 8
    return _intervals(seconds * rate, rate), values.astype(np.float32)


def _intervals(count: int, rate: int) -> np.ndarray:
    start = np.arange(count)
    return np.stack([start, start + 1], axis=1) / rate
