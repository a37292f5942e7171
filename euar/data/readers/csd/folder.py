"""Computational sequences of the CMU-MultimodalSDK: a folder of `.csd` files (HDF5), one for each source.

A file has one root group, named after the sequence, and below it `data/VIDEO/features` (T, d) and
`data/VIDEO/intervals` (T, 2), start and end in seconds. What a file holds is told by the name of its root,
in either case: see `_ROLES`. Words are one a row; labels one segment a row, the rating in the first column.

Words are the steps of time: a word gets the mean of the frames that overlap it, and a segment the words whose
middle lies in it. Pauses ("sp") are dropped. The standard folds go by video: put their ids as
{"train": [...], "valid": [...], "test": [...]} into `folds.json` beside the files; else a split is drawn.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from euar.data.errors import DataError
from euar.data.precision import to_float32
from euar.data.readers import plausible, splitting, tables
from euar.data.readers.contract import Content
from euar.data.readers.csd import _alignment, _tracks
from euar.data.regular import visible

NAME = "csd"
TITLE = "computational sequences of the CMU-MultimodalSDK (folder of .csd files)"
SEEN = False  # from the published layout

_ROLES = (  # the first part that the root's name has -> what the file holds
    ("glove", "text"),
    ("vectors", "text"),
    ("word", "words"),
    ("label", "labels"),
    ("opinion", "labels"),
    ("covarep", "audio"),
    ("opensmile", "audio"),
    ("facet", "vision"),
    ("openface", "vision"),
)
_AGAIN = "get the file again"
_NEEDED = ("words", "labels")
_PAUSE = "sp"
_SPLITS = ("train", "valid", "test")

_Aligned = Mapping[str, tuple[np.ndarray, np.ndarray]]  # {key: means (T, d) and numbers of frames (T,)}


class _Row(NamedTuple):
    """A labelled segment."""

    id: str
    key: str  # of its group in the files: VIDEO, or VIDEO[K] in files that were aligned before
    video: str
    label: float
    steps: np.ndarray  # which of the key's words are its own
    text: str


def matches(path: Path) -> bool:
    """Tell whether the folder holds files that end in .csd."""
    return path.is_dir() and bool(_sequences(path))


def read(path: Path) -> Content:
    """Return ratings (n,), with a step a word of each modality, and the words as raw content.

    Ids are VIDEO[K], K the row in the labels. A modality is available in a segment where one of its frames
    overlaps a word. `notes["dropped"]` counts the videos without labels, and the segments without words,
    without features, and in no fold.

    Raises:
        DataError: a file is damaged, words or labels are missing, or no segment is left.
    """
    files, folds = _files(path), _folds(path / "folds.json")
    words = {key: _without_pauses(track) for key, track in _tracks.tracks(files["words"], "words")}
    segments = list(_rows(files["labels"], words))
    spans = {row.key: words[row.key].intervals for row in segments if len(row.steps)}
    aligned = {name: _aligned(file, spans) for name, file in files.items() if name not in _NEEDED}
    reasons = [_reason_to_drop(row, aligned.values(), folds) for row in segments]
    rows = [row for row, reason in zip(segments, reasons, strict=True) if not reason]
    if not rows:
        raise DataError(path, "segments", "segments with words", "none", "get the files of one data set")
    plausible.check_padding(path, "words", [len(row.steps) for row in rows])
    videos = [row.video for row in rows]
    with np.errstate(over="ignore"):  # float64 -> float32; `Content.dataset` refuses infinity
        target = np.array([row.label for row in rows], dtype=np.float32)
    sequences = {name: _padded(rows, tracks) for name, tracks in aligned.items()}
    unlabelled = len(words.keys() - {row.key for row in segments})
    return Content(
        name=path.stem,
        files=[*files.values(), *path.glob("folds.json")],
        target=target,
        ids=[row.id for row in rows],
        split=[folds[video] for video in videos] if folds else list(splitting.assign(path, target, videos)),
        groups=videos,
        sequences=sequences,
        available={name: lengths > 0 for name, (_, lengths) in sequences.items()},
        raw={"text": ("text", [row.text for row in rows])},
        notes={"dropped": {"videos_without_labels": unlabelled, **Counter(filter(None, reasons))}},
    )


def _sequences(path: Path) -> list[Path]:
    return [file for file in visible(path) if file.suffix.lower() == ".csd"]


def _files(path: Path) -> dict[str, Path]:
    """Return {role: file}; words and labels must be there."""
    found: dict[str, Path] = {}
    for file in _sequences(path):
        root = _tracks.root(file)
        role = next((role for part, role in _ROLES if part in root.lower()), None)
        if role is None or role in found:
            expected = "words, labels, and one each of text, audio and vision at most"
            raise DataError(file, "root", expected, repr(root), "move the file out of the folder")
        found[role] = file
    for role in _NEEDED:
        if role not in found:
            raise DataError(path, role, f"a .csd file of {role}", ", ".join(found), "put it into the folder")
    return found


def _folds(file: Path) -> dict[str, str]:
    """Return {video: word of the split}; empty if there is no file."""
    if not file.exists():
        return {}
    expected = '{"train": [ids], "valid": [ids], "test": [ids]}, each id once'
    try:
        content = json.loads(tables.text(file))
        pairs = [(video, word) for word in _SPLITS for video in content[word]]
        folds = dict(pairs)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        found = f"{type(error).__name__}: {error}"[:200]
        raise DataError(file, "folds", expected, found, "correct it") from error
    if not all(type(content[word]) is list for word in _SPLITS):
        raise DataError(file, "folds", expected, "no list", "correct it")
    if len(folds) < len(pairs) or not all(type(video) is str for video in folds):
        raise DataError(file, "folds", expected, "an id twice, or something else", "correct it")
    if set(folds.values()) != set(_SPLITS):
        raise DataError(file, "folds", expected, "an empty list", "correct it")
    return folds


def _without_pauses(track: _tracks.Track) -> _tracks.Track:
    spoken = track.features[:, 0] != _PAUSE
    return _tracks.Track(track.intervals[spoken], track.features[spoken, 0])


def _rows(labels: Path, words: Mapping[str, _tracks.Track]) -> Iterator[_Row]:
    """Yield the labelled segments; `words` has (T,) words for each key."""
    nothing = _tracks.Track(np.zeros((0, 2)), np.zeros(0, dtype=object))
    for key, track in _tracks.tracks(labels, "numbers"):
        spoken = words.get(key, nothing)
        video, bracket, _ = key.partition("[")
        for row, steps in enumerate(_alignment.members(track.intervals, spoken.intervals)):
            name = key if bracket else f"{key}[{row}]"
            text = " ".join(spoken.features[steps])
            yield _Row(name, key, video, float(track.features[row, 0]), steps, text)


def _aligned(file: Path, spans: Mapping[str, np.ndarray]) -> _Aligned:
    """Return for each key the means of the features over the intervals of its words.

    Args:
        file: a file of features.
        spans: {key: intervals (T, 2)}.
    """
    found = {}
    for key, (frames, values) in _tracks.tracks(file, "numbers", spans):
        order = np.lexsort((frames[:, 1], frames[:, 0]))
        frames = frames[order]
        if np.any(np.diff(frames[:, 1]) < 0):
            field = f"data/{key}/intervals"
            raise DataError(file, field, "no frame within another", "one that is", _AGAIN)
        found[key] = _alignment.mean_over(spans[key], frames, values[order])
    _check_widths(file, {key: means.shape[1] for key, (means, _) in found.items()})
    return found


def _check_widths(file: Path, widths: Mapping[str, int]) -> None:
    """Raise unless there are videos, all with the same columns; name one that has others than most."""
    if not widths:
        expected = "videos that have labels and words"
        raise DataError(file, "features", expected, "none of them", "get the files of one data set")
    (usual, _), *others = Counter(widths.values()).most_common()
    if others:
        key = next(key for key, width in widths.items() if width != usual)
        found = f"{widths[key]} in {key!r}"
        raise DataError(file, f"data/{key}/features", f"{usual} columns, as in most videos", found, _AGAIN)


def _frames_of(row: _Row, tracks: _Aligned) -> bool:
    """Tell whether a word of the row has a frame."""
    return row.key in tracks and bool(tracks[row.key][1][row.steps].any())


def _reason_to_drop(row: _Row, modalities: Collection[_Aligned], folds: Mapping[str, str]) -> str:
    if not len(row.steps):
        return "without_words"
    if modalities and not any(_frames_of(row, tracks) for tracks in modalities):
        return "without_features"
    return "in_no_fold" if folds and row.video not in folds else ""


def _padded(rows: Sequence[_Row], tracks: _Aligned) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of each row's words, padded to one length, float32 (n, T, d), and lengths (n,)."""
    (width,) = {means.shape[1] for means, _ in tracks.values()}
    frames = np.zeros((len(rows), max(len(row.steps) for row in rows), width), dtype=np.float32)
    lengths = np.zeros(len(rows), dtype=np.int64)
    for place, row in enumerate(rows):
        if _frames_of(row, tracks):
            lengths[place] = len(row.steps)
            frames[place, : len(row.steps)] = to_float32(tracks[row.key][0][row.steps])
    return frames, lengths
