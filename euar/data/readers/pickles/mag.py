"""The pickles of MAG-BERT, MIB and the published EUAR code: `mosi.pkl` and `mosei.pkl`.

{"train" | "dev" | "test": [((words, visual, acoustic), label, segment), ...]}: a list of words, and for each
word a row of visual (words, 47 or 35) and of acoustic (words, 74); a segment is VIDEO[K] or VIDEO_K.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from euar.data.readers.contract import Content
from euar.data.readers.pickles import _columns
from euar.data.readers.plausible import check_padding, numbers, wrong

NAME = "mag"
TITLE = "MAG-BERT or MIB pickle of CMU-MOSI or CMU-MOSEI"
SEEN = False  # from the published layout

_SPLITS = {"train": "train", "dev": "valid", "test": "test"}


class _Row(NamedTuple):
    split: str
    field: str
    words: list[str]
    visual: np.ndarray  # (words, d)
    acoustic: np.ndarray  # (words, d)
    label: np.ndarray  # (1,)
    segment: str


def matches(content: object) -> bool:
    """Tell whether there are lists called train, dev and test."""
    return type(content) is dict and all(type(content.get(key)) is list for key in _SPLITS)


def read(path: Path, content: dict) -> Content:
    """Return ratings (n,) in [-3, 3], vision and audio with sequences, one frame a word, and the texts.

    The texts, raw content, are the words with blanks between them. Segments without words are dropped and
    counted in `notes["dropped"]`; other keys are named in `notes["left_out"]`. Groups are the videos.
    """
    rows = [
        _row(path, f"{key}[{index}]", word, row)
        for key, word in _SPLITS.items()
        for index, row in enumerate(content[key])
    ]
    if not rows:
        raise wrong(path, "train", "at least one segment", content["train"])
    lengths = np.array([len(row.words) for row in rows])
    vision = _columns.stacked(path, [(f"{row.field}/visual", row.visual[None]) for row in rows])
    audio = _columns.stacked(path, [(f"{row.field}/acoustic", row.acoustic[None]) for row in rows])
    texts = [" ".join(row.words) for row in rows]
    check_padding(path, "words", list(map(len, texts)))
    return _columns.without_empty(
        Content(
            name=path.stem,
            files=[path],
            target=np.concatenate([row.label for row in rows]),
            ids=_columns.texts(path, "segment", [row.segment for row in rows]),
            split=[row.split for row in rows],
            groups=[_columns.video(row.segment) for row in rows],
            sequences={"vision": (vision, lengths), "audio": (audio, lengths)},
            raw={"text": ("text", texts)},
            notes=_columns.left_out(content, _SPLITS),
        )
    )


def _row(path: Path, field: str, split: str, row: object) -> _Row:
    """Check one segment."""
    features, label, segment = _fields(path, field, row)
    words, visual, acoustic = _fields(path, f"{field}[0]", features)
    if not _columns.is_column(words):
        raise wrong(path, f"{field}/words", "a list of words", words)
    words = _columns.texts(path, f"{field}/words", words)
    return _Row(
        split=split,
        field=field,
        words=words,
        visual=_features(path, f"{field}/visual", visual, len(words)),
        acoustic=_features(path, f"{field}/acoustic", acoustic, len(words)),
        label=_label(path, f"{field}/label", label),
        segment=_columns.text(path, f"{field}/segment", segment),
    )


def _fields(path: Path, field: str, values: object) -> tuple | list:
    if not isinstance(values, tuple | list) or len(values) != 3:
        raise wrong(path, field, "((words, visual, acoustic), label, segment)", values)
    return values


def _features(path: Path, field: str, values: object, words: int) -> np.ndarray:
    values = numbers(path, field, values, 2)
    if len(values) != words:
        raise wrong(path, field, f"{words} rows, one a word", values)
    return values


def _label(path: Path, field: str, label: object) -> np.ndarray:
    """Return a rating that may stand in an array, such as (1, 1), or in lists: float32 (1,)."""
    while isinstance(label, list | tuple) and len(label) == 1:
        label = label[0]
    if isinstance(label, np.ndarray) and label.size == 1:
        return _columns.labels(path, field, label.reshape(1))
    if isinstance(label, list | tuple | dict | np.ndarray):
        raise wrong(path, field, "one number", label)
    return _columns.labels(path, field, [label])
