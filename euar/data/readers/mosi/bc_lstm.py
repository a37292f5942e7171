"""Utterance features of the bc-LSTM release of CMU-MOSI (Poria et al. 2017): a folder of CSV files.

`transcripts.csv` has a row `id,text,video number,label` for each utterance, without a header; the id is
VIDEO_K, the label 1 where the rating is 0 or more. The first column of `text_train.csv` and `text_test.csv`
names rows of it, from 0. This is the order of `{m}/{m}_train0.csv` and `{m}/{m}_test0.csv`, which hold the
features of text, audio and video, the label last.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import compress
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import tables
from euar.data.readers.contract import Content

NAME = "bc-lstm"
TITLE = "utterance features of the bc-LSTM release (folder with transcripts.csv)"
SEEN = True

MODALITIES = ("text", "audio", "video")
CLASSES = ["negative", "positive"]
_PARTS = ("train", "test")
_VALID_SHARE = 10 / 31  # of the test videos
_REMEDY = "get all files from one release"


def matches(path: Path) -> bool:
    """Tell whether the folder has the transcripts and the features of every modality."""
    return (path / "transcripts.csv").is_file() and all((path / name).is_dir() for name in MODALITIES)


def read(path: Path) -> Content:
    """Return the binary labels (n,), with the three feature vectors and the transcripts as raw content.

    The release has training and test videos. Of its test videos, those whose ids have the smallest SHA-256
    become "valid": 10 of 31 in the real set. Text and video features were fitted to the labels of the
    training rows, which `meta["fitted_on"]` marks. Transcripts that neither list names are left out and
    counted in `notes["dropped"]`.

    Raises:
        DataError: a file is absent or damaged, or rows and labels of two files differ.
    """
    transcripts = _transcripts(path / "transcripts.csv")
    rows = {part: _rows(path / f"text_{part}.csv", len(transcripts)) for part in _PARTS}
    order = np.array([row for part in _PARTS for row in rows[part]])
    fitted = np.arange(len(order)) < len(rows["train"])
    ids, texts, _, labels = np.array(transcripts, dtype=object)[order].T.tolist()
    target = np.array([int(label) for label in labels], dtype=np.int64)
    videos = [name.rpartition("_")[0] for name in ids]
    _check_apart(path, ids, videos, fitted)
    files = {m: [path / m / f"{m}_{part}0.csv" for part in _PARTS] for m in MODALITIES}
    lists = [path / "transcripts.csv", *(path / f"text_{part}.csv" for part in _PARTS)]
    return Content(
        name=path.stem,
        files=lists + [file for pair in files.values() for file in pair],
        target=target,
        ids=ids,
        split=split_by_video(videos, fitted),
        groups=videos,
        modalities={m: _features(pair, target, fitted) for m, pair in files.items()},
        raw={"text": ("text", texts)},
        meta={"classes": CLASSES, "fitted_on": fitted},
        notes={"dropped": {"in_no_list": left_out}} if (left_out := len(transcripts) - len(ids)) else {},
    )


def split_by_video(videos: Sequence[str], fitted: np.ndarray) -> list[str]:
    """Return "train" for the rows that the extractors were fitted on, else "valid" or "test" by video.

    Args:
        videos: (n,) the video of each row.
        fitted: bool (n,), the training rows of the release.
    """
    unseen = {video for video, known in zip(videos, fitted, strict=True) if not known}
    first = sorted(unseen, key=lambda video: hashlib.sha256(video.encode()).hexdigest())
    valid = set(first[: max(1, round(_VALID_SHARE * len(first)))])
    words = ("valid" if video in valid else "test" for video in videos)
    return ["train" if known else word for known, word in zip(fitted, words, strict=True)]


def _transcripts(file: Path) -> list[tables.Row]:
    """Return id, text, number and label of each row."""
    table = tables.rows(file)
    if len(table[0]) != 4:
        found = f"{len(table[0])}"
        raise DataError(file, "columns", "4: id, text, video number, label", found, "get the file again")
    tables.words(file, "label", tables.column(table, 3), {"0": CLASSES[0], "1": CLASSES[1]})
    return table


def _rows(file: Path, count: int) -> list[int]:
    """Return the rows of the transcripts that the first column names."""
    cells = tables.column(tables.rows(file), 0)
    numbers = tables.numbers(file, "column 1", cells)
    wrong = (numbers != np.rint(numbers)) | (numbers < 0) | (numbers >= count)
    if wrong.any():
        expected = f"rows 0 to {count - 1} of transcripts.csv"
        found = f"{numbers[wrong][0]:g} in {tables.where(cells, wrong.argmax())}"
        raise DataError(file, "column 1", expected, found, _REMEDY)
    return numbers.astype(int).tolist()


def _check_apart(path: Path, ids: Sequence[str], videos: Sequence[str], fitted: np.ndarray) -> None:
    """Raise when an utterance stands twice, or a video is in both parts."""
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        expected = "each utterance once in text_train.csv and text_test.csv"
        raise DataError(path, "ids", expected, f"{twice[0]!r} more than once", _REMEDY)
    if both := sorted(set(compress(videos, fitted)) & set(compress(videos, ~fitted))):
        expected, found = "each video in training or test", f"{both[0]!r} in both"
        raise DataError(path, "videos", expected, found, _REMEDY)


def _features(files: Sequence[Path], target: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Return the features of a modality, (n, d), after comparing the labels beside them."""
    train, test = (_table(file, target[fitted == word]) for file, word in zip(files, (1, 0), strict=True))
    if train.shape[1] != test.shape[1]:
        found = f"{test.shape[1]}"
        raise DataError(files[1], "columns", f"{train.shape[1]} features, as in training", found, _REMEDY)
    return np.concatenate([train, test])


def _table(file: Path, labels: np.ndarray) -> np.ndarray:
    """Return the features (n, d) of a file whose last column must be the labels."""
    table = tables.rows(file)
    beside = tables.numbers(file, "last column", tables.column(table, -1))
    if len(table[0]) < 2 or not np.array_equal(beside, labels):
        expected = f"features, then the labels of {len(labels)} rows of transcripts.csv"
        found = f"shape {(len(table), len(table[0]))}, or other labels"
        raise DataError(file, "last column", expected, found, _REMEDY)
    columns = [(f"column {place + 1}", tables.column(table, place)) for place in range(len(table[0]) - 1)]
    return np.stack([tables.measurements(file, *pair) for pair in columns], axis=1)
