"""Utterance features of the bc-LSTM release of CMU-MOSI (Poria et al. 2017): a folder of CSV files.

`transcripts.csv` has a row `id,text,video number,label` for each utterance, without a header. The first
column of `text_train.csv` and `text_test.csv` names rows of it, from 0, in the order of `{m}/{m}_train0.csv`
and `{m}/{m}_test0.csv`, which hold the features of text, audio and video, the binary label last.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import _tables
from euar.data.readers._content import Content

NAME = "bc-lstm"
TITLE = "utterance features of the bc-LSTM release (folder with transcripts.csv)"

MODALITIES = ("text", "audio", "video")
CLASSES = ["negative", "positive"]
_PARTS = ("train", "test")
_VALID_SHARE = 10 / 31  # of the test videos


def matches(path: Path) -> bool:
    """Tell whether the folder has the transcripts and the features of every modality."""
    return (path / "transcripts.csv").is_file() and all((path / name).is_dir() for name in MODALITIES)


def read(path: Path) -> Content:
    """Return the binary labels (n,), with the three feature vectors and the transcripts.

    The release has training and test videos. Of its test videos, those whose ids have the smallest SHA-256
    become "valid": 10 of 31 in the real set. Text and video features were fitted to the labels of the
    training rows, which `meta["fitted_on"]` marks.

    Raises:
        DataError: a file is absent or damaged, or rows and labels of two files differ.
    """
    file = path / "transcripts.csv"
    transcripts = _tables.rows(file)
    if len(transcripts[0]) != 4:
        remedy = "get the file again"
        raise DataError(file, "columns", "4: id, text, video number, label", f"{len(transcripts[0])}", remedy)
    rows = {part: _rows(path / f"text_{part}.csv", len(transcripts)) for part in _PARTS}
    order = [row for part in _PARTS for row in rows[part]]
    ids, texts, _, cells = zip(*(transcripts[row] for row in order), strict=True)
    target = np.array(_tables.words(file, "label", cells, {"0": "0", "1": "1"}), dtype=np.int64)
    features = {name: _features(path, name, target, len(rows["train"])) for name in MODALITIES}
    videos = [name.rpartition("_")[0] for name in ids]
    seen = np.arange(len(order)) < len(rows["train"])
    return Content(
        name=path.stem,
        files=[file, *(path / f"text_{part}.csv" for part in _PARTS), *_files(path)],
        target=target,
        ids=ids,
        split=split_by_video(videos, seen),
        groups=videos,
        modalities=features,
        meta={"classes": CLASSES, "fitted_on": seen, "transcript": np.array(texts)},
    )


def split_by_video(videos: Sequence[str], seen: np.ndarray) -> list[str]:
    """Return "train" for the rows that the extractors were fitted on, else "valid" or "test" by video.

    Args:
        videos: (n,) the video of each row.
        seen: bool (n,), the training rows of the release.
    """
    unseen = {video for video, known in zip(videos, seen, strict=True) if not known}
    first = sorted(unseen, key=lambda video: hashlib.sha256(video.encode()).hexdigest())
    valid = set(first[: max(1, round(_VALID_SHARE * len(first)))])
    words = ("valid" if video in valid else "test" for video in videos)
    return ["train" if known else word for known, word in zip(seen, words, strict=True)]


def _files(path: Path) -> Iterable[Path]:
    return (path / name / f"{name}_{part}0.csv" for name in MODALITIES for part in _PARTS)


def _rows(file: Path, count: int) -> list[int]:
    """Return the rows of the transcripts that the first column names."""
    numbers = _tables.numbers(file, "column 1", [row[0] for row in _tables.rows(file)])
    wrong = (numbers != np.rint(numbers)) | (numbers < 0) | (numbers >= count)
    if wrong.any():
        found = f"{numbers[wrong][0]:g}"
        raise DataError(file, "column 1", f"rows 0 to {count - 1} of transcripts.csv", found, "get it again")
    return numbers.astype(int).tolist()


def _features(path: Path, name: str, target: np.ndarray, train: int) -> np.ndarray:
    """Return the features of a modality, (n, d), after comparing the labels beside them."""
    parts = []
    for part, labels in zip(_PARTS, (target[:train], target[train:]), strict=True):
        file = path / name / f"{name}_{part}0.csv"
        table = _tables.rows(file)
        cells = _tables.numbers(file, name, [cell for row in table for cell in row])
        values = cells.reshape(len(table), -1)
        if values.shape[1] < 2 or not np.array_equal(values[:, -1], labels):
            found = f"{len(values)} rows, or other labels" if values.shape[1] > 1 else "one column"
            expected = f"features and the labels of the {len(labels)} {part} rows"
            raise DataError(file, "last column", expected, found, "get the files from one release")
        parts.append(values[:, :-1])
    if parts[0].shape[1] != parts[1].shape[1]:
        found = " and ".join(str(values.shape[1]) for values in parts)
        raise DataError(path / name, "columns", "the same number in train and test", found, "get them again")
    return np.concatenate(parts)
