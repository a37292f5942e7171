"""The pickles of MulT and MultiBench: `mosi_data.pkl`, `mosi_data_noalign.pkl`, `mosei_raw.pkl` and so on.

{"train" | "valid" | "test": {"vision", "audio" and "text" (n, T, d), "labels" (n, 1, 1), "id"}}, padded with
zeros at either end. An id is three texts, (video, start, end), or one.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from euar.data.readers.contract import Content
from euar.data.readers.pickles import _columns
from euar.data.readers.pickles._columns import Splits
from euar.data.readers.plausible import wrong

NAME = "mult"
TITLE = "MulT or MultiBench pickle of CMU-MOSI or CMU-MOSEI"
SEEN = False  # from the published layout


def matches(content: object) -> bool:
    """Tell whether there are three splits of columns with `labels` and `vision`."""
    return _columns.has_columns(content, "id", "labels", "vision")


def read(path: Path, content: dict) -> Content:
    """Return ratings (n,) in [-3, 3] and three modalities with sequences; there are no raw texts.

    Padding at the front goes to the end: the frames before the first one that is not all zero. Where all
    modalities have the same number of frames they are moved together, so that they stay aligned; else each
    by itself. `notes["left_padded"]` counts the rows. A modality that is all zero in a row is not available
    there; a row without any is dropped and counted in `notes["dropped"]`. Keys beside the splits are named in
    `notes["left_out"]`. Ids are VIDEO@START-END, groups the videos.
    """
    splits = Splits(path, content)
    names = [row for field, rows in splits.column("id") for row in _names(path, field, rows)]
    frames = {name: splits.frames(name) for name in ("text", "audio", "vision")}
    starts = _starts(frames)
    frames = {name: _moved(values, starts[name]) for name, values in frames.items()}
    left_padded = int(np.any([start > 0 for start in starts.values()], axis=0).sum())
    return _columns.without_empty(
        Content(
            name=path.stem,
            files=[path],
            target=splits.labels("labels"),
            ids=[f"{row[0]}@{row[1]}-{row[2]}" if len(row) == 3 else row[0] for row in names],
            split=splits.words,
            groups=[row[0] if len(row) == 3 else _columns.video(row[0]) for row in names],
            sequences={name: (values, _columns.filled_lengths(values)) for name, values in frames.items()},
            notes=_columns.left_out(content, _columns.SPLITS)
            | ({"left_padded": left_padded} if left_padded else {}),
        )
    )


def _names(path: Path, field: str, rows: np.ndarray | Sequence) -> list[list[str]]:
    """Return the one or three texts that name each row."""
    rows = rows.tolist() if isinstance(rows, np.ndarray) else rows
    rows = [row if isinstance(row, list | tuple) else [row] for row in rows]
    for row in rows:
        if len(row) not in (1, 3):
            raise wrong(path, field, "one text or (video, start, end) a row", row)
    flat = iter(_columns.texts(path, field, [_word(part) for row in rows for part in row]))
    return [[next(flat) for _ in row] for row in rows]


def _word(part: object) -> object:
    """Return finite numbers, such as a start in seconds, as text, and anything else as it is."""
    if isinstance(part, bool) or not isinstance(part, int | float | np.number):
        return part
    return str(part) if np.isfinite(part) else part


def _starts(frames: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return {m: (n,) frames of padding at the front}, one for all modalities when they have the same T."""
    first = {}
    for name, values in frames.items():
        filled = _columns.filled(values)
        first[name] = np.where(filled.any(axis=1), filled.argmax(axis=1), values.shape[1])
    if len({values.shape[1] for values in frames.values()}) == 1:
        first = dict.fromkeys(first, np.min(list(first.values()), axis=0))
    return {name: np.where(start < frames[name].shape[1], start, 0) for name, start in first.items()}


def _moved(values: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the frames from `start` (n,) on, followed by those before it."""
    if not start.any():
        return values
    order = (np.arange(values.shape[1]) + start[:, None]) % values.shape[1]  # (n, T)
    return np.take_along_axis(values, order[..., None], axis=1)
