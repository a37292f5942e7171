"""A small working folder of users' own data, to look at and to fill in: `euar data template`.

Its rows are made up: forty speakers, three recordings each, rated from 0 to 10, with features that follow the
rating. See `euar.data.readers.own` for all that such a folder may hold.
"""

import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.files import write_bytes

_SPEAKERS, _EACH = 40, 3
_NEW = 12
_SPLITS = ("train",) * 7 + ("valid",) + ("test",) * 2  # of ten speakers
_TOPICS = ("film", "food", "travel")
_READ_ME = """\
labels.csv    one line a row: id, label; split and group if you have them; other columns are kept
voice.csv     one modality as a table: id, then numbers; a row that is absent is not available
face.npy      one modality as an array (n, d), in the order of labels.csv
new/          rows to predict: the same modalities, no labels

Replace the content, keep the names of the columns; name a modality's file as you like.

euar data check .
euar train . --seeds 3 --out ../run
euar predict ../run new --out ../predictions.csv
"""


def write(folder: str | Path) -> list[Path]:
    """Write the folder, and return its files.

    Args:
        folder: is made; one that is there must be empty.

    Raises:
        DataError: something is there already.
        OSError: it cannot be written, and nothing of it is left.
    """
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise DataError(
            folder, "DIR", "a new or empty folder", "something in its place", "choose another name"
        )
    content = _content()
    try:
        for name, raw in content.items():
            write_bytes(folder / name, raw)
    except BaseException:  # what is there could not be completed: the folder is no longer empty
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return [folder / name for name in content]


def _content() -> dict[str, bytes]:
    """Return {path inside the folder: bytes}."""
    rng = np.random.default_rng(0)
    rows = _SPEAKERS * _EACH
    ratings = np.clip(rng.normal(5, 2, rows + _NEW), 0, 10).round(1)
    voice, face = (_features(rng, ratings, noise, width) for noise, width in ((1.0, 3), (1.5, 4)))
    ids, new = (
        [f"{word}-{row:03d}" for row in range(1, n + 1)] for word, n in (("clip", rows), ("new", _NEW))
    )
    return {
        "README.txt": _READ_ME.encode(),
        "labels.csv": _table(_labels(ids, ratings[:rows])),
        "voice.csv": _table(_named(ids[1:], "voice", voice[1:rows])),  # the first row has no voice
        "face.npy": _array(face[:rows]),
        "new/voice.csv": _table(_named(new, "voice", voice[rows:])),
        "new/face.csv": _table(_named(new, "face", face[rows:])),
    }


def _labels(ids: Sequence[str], ratings: np.ndarray) -> dict[str, Iterable]:
    """Return the columns; the rows of a speaker follow each other and stay in one split."""
    speaker = np.arange(len(ids)) // _EACH
    return {
        "id": ids,
        "label": ratings,
        "split": [_SPLITS[number % len(_SPLITS)] for number in speaker],
        "group": [f"speaker-{number + 1:02d}" for number in speaker],
        "topic": [_TOPICS[row % len(_TOPICS)] for row in range(len(ids))],
    }


def _features(rng: np.random.Generator, ratings: np.ndarray, noise: float, width: int) -> np.ndarray:
    """Return (n, width) numbers that follow the ratings, each column in its own way."""
    slopes = rng.normal(size=width)
    return (np.outer(ratings - 5, slopes) + noise * rng.normal(size=(len(ratings), width))).round(3)


def _named(ids: Sequence[str], name: str, values: np.ndarray) -> dict[str, Iterable]:
    return {"id": ids} | {f"{name}_{place}": column for place, column in enumerate(values.T)}


def _table(columns: Mapping[str, Iterable]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([list(columns), *zip(*columns.values(), strict=True)])
    return text.getvalue().encode()


def _array(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values.astype(np.float32))
    return stream.getvalue()
