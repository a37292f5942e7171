"""Computational sequences of the CMU-MultimodalSDK: a folder of `.csd` files (HDF5), one for each source.

A file has one root group, named after the sequence, and below it `data/VIDEO/features` (T, d) and
`data/VIDEO/intervals` (T, 2), start and end in seconds. What a file holds is told by the name of its root:
words (text, one a row), opinion labels (the first column is the sentiment, a row a segment), COVAREP (audio),
FACET or OpenFace (vision), GloVe (text).

Words are the steps of time: a word gets the mean of the frames that overlap it, and a segment the words whose
middle lies in it. Pauses ("sp") are dropped. The standard folds go by video: put their ids as
{"train": [...], "valid": [...], "test": [...]} into `folds.json` beside the files; else a split is drawn.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from euar.data.errors import DataError
from euar.data.readers import _alignment, _arrays_in, _split, _tables
from euar.data.readers._content import Content

NAME = "csd"
TITLE = "computational sequences of the CMU-MultimodalSDK (folder of .csd files)"

_ROLES = (  # part of the root's name, in lower case -> what the file holds
    ("word", "words"),
    ("label", "labels"),
    ("opinion", "labels"),
    ("covarep", "audio"),
    ("facet", "vision"),
    ("openface", "vision"),
    ("glove", "text"),
)
_PAUSE = "sp"
_AGAIN = "get the file again"


class _Segment(NamedTuple):
    """A labelled segment, aligned to its words."""

    id: str
    video: str
    label: float
    words: list[str]
    frames: Mapping[str, np.ndarray]  # {m: (T, d)}, of the modalities that have the video


def matches(path: Path) -> bool:
    """Tell whether the folder holds files that end in .csd."""
    return path.is_dir() and any(path.glob("*.csd"))


def read(path: Path) -> Content:
    """Return ratings (n,), with a step a word of each modality, and the words as raw content.

    Raises:
        DataError: a file is damaged, words or labels are missing, or no segment has words.
    """
    files = _files(path)
    with _arrays_in.opened(files["words"]) as words, _arrays_in.opened(files["labels"]) as labels:
        features = {name: file for name, file in files.items() if name not in ("words", "labels")}
        segments = list(_segments(files, words, labels, features))
    kept = [segment for segment in segments if segment.words]
    if not kept:
        raise DataError(path, "segments", "segments with words", "none", "get files of one data set")
    target = np.array([segment.label for segment in kept], dtype=np.float32)
    videos = [segment.video for segment in kept]
    texts = [" ".join(segment.words) for segment in kept]
    return Content(
        name=path.stem,
        files=[*files.values(), *path.glob("folds.json")],
        target=target,
        ids=[segment.id for segment in kept],
        split=_folds(path, target, videos),
        groups=videos,
        sequences={name: _padded([segment.frames.get(name) for segment in kept]) for name in features},
        available={name: np.array([name in segment.frames for segment in kept]) for name in features},
        raw={"text" if "text" not in features else "words": ("text", texts)},
        notes={"dropped": {"without_words": len(segments) - len(kept)}},
    )


def _files(path: Path) -> dict[str, Path]:
    """Return {role: file}; words and labels must be there."""
    found: dict[str, Path] = {}
    for file in sorted(path.glob("*.csd")):
        with _arrays_in.opened(file) as content:
            root = _root(file, content).lower()
        role = next((role for part, role in _ROLES if part in root), None)
        if role is None or role in found:
            expected = "words, opinion labels, COVAREP, FACET, OpenFace or GloVe, one of each"
            raise DataError(file, "root", expected, root, "move the file out of the folder")
        found[role] = file
    for role in ("words", "labels"):
        if role not in found:
            raise DataError(path, role, f"a .csd file of {role}", ", ".join(found), "put it into the folder")
    return found


def _root(file: Path, content: h5py.File) -> str:
    name = next(iter(content), "")
    if not name or "data" not in content[name]:
        raise DataError(file, "root", "a group with a group data in it", repr(name), _AGAIN)
    return name


def _segments(
    files: Mapping[str, Path], words: h5py.File, labels: h5py.File, features: Mapping[str, Path]
) -> Iterator[_Segment]:
    """Yield the labelled segments of every video that has words."""
    spoken = words[_root(files["words"], words)]["data"]
    rated = labels[_root(files["labels"], labels)]["data"]
    for video in rated:
        times, values = _sequence(files["labels"], rated[video], video)
        if video in spoken:
            spans, tokens = _sequence(files["words"], spoken[video], video)
            spans, tokens = _without_pauses(files["words"], video, spans, tokens)
        else:
            spans, tokens = np.zeros((0, 2)), []
        aligned = _aligned(features, video, spans)
        for number, rows in enumerate(_alignment.members(times, spans)):
            frames = {name: steps[rows] for name, steps in aligned.items()}
            chosen = [tokens[row] for row in rows]
            yield _Segment(f"{video}[{number}]", video, float(values[number, 0]), chosen, frames)


def _sequence(file: Path, group: h5py.Group, video: str) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals (T, 2) and features (T, d) of a video."""
    field = f"data/{video}"
    times, values = group["intervals"], group["features"]
    if times.ndim != 2 or times.shape[1] != 2 or values.ndim < 2 or len(times) != len(values):
        found = f"{times.shape} and {values.shape}"
        raise DataError(file, field, "intervals (T, 2) and features (T, d)", found, _AGAIN)
    spans = times[()].astype(np.float64)
    if not np.isfinite(spans).all():
        raise DataError(file, f"{field}/intervals", "finite times", "NaN or infinity", _AGAIN)
    _tables.check_ordered(file, f"{field}/intervals", spans[:, 0], spans[:, 1])
    return spans, values[()]


def _without_pauses(
    file: Path, video: str, spans: np.ndarray, tokens: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    if tokens.dtype.kind not in "SO":
        raise DataError(file, f"data/{video}/features", "words as bytes", str(tokens.dtype), _AGAIN)
    words = [token.decode("utf-8") if isinstance(token, bytes) else str(token) for token in tokens[:, 0]]
    keep = np.array([word != _PAUSE for word in words], dtype=bool)
    return spans[keep], [word for word in words if word != _PAUSE]


def _aligned(features: Mapping[str, Path], video: str, spans: np.ndarray) -> dict[str, np.ndarray]:
    """Return {modality: a row for each word} of the modalities that have the video."""
    found = {}
    for name, file in features.items():
        with h5py.File(file, "r") as content:
            group = content[_root(file, content)]["data"].get(video)
            if group is None:
                continue
            frames, values = _sequence(file, group, video)
        if values.dtype.kind not in "iuf":
            raise DataError(file, f"data/{video}/features", "numbers", str(values.dtype), _AGAIN)
        if np.any(np.diff(frames, axis=0) < 0):
            raise DataError(file, f"data/{video}/intervals", "frames in the order of time", "others", _AGAIN)
        found[name] = _alignment.mean_over(spans, frames, values.reshape(len(values), -1))
    return found


def _padded(parts: list[np.ndarray | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences padded to one length, (n, T, d), and their lengths; a missing one has length 0."""
    width = next(part.shape[1] for part in parts if part is not None)
    lengths = np.array([0 if part is None else len(part) for part in parts])
    frames = np.zeros((len(parts), max(lengths.max(), 1), width))
    for row, part in enumerate(parts):
        if part is not None:
            frames[row, : len(part)] = part
    return frames, lengths


def _folds(path: Path, target: np.ndarray, videos: list[str]) -> list[str]:
    """Return the split of each row, by the folds beside the files or drawn."""
    file = path / "folds.json"
    if not file.exists():
        return list(_split.assign(path, target, videos))
    try:
        folds = json.loads(_tables.text(file))
        words = {str(video): word for word in ("train", "valid", "test") for video in folds[word]}
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        expected = '{"train": [ids], "valid": [...], "test": [...]}'
        raise DataError(file, "folds", expected, f"{type(error).__name__}: {error}", "correct it") from error
    return _tables.words(file, "folds", videos, words)
