"""What the readers of pickles share: columns of texts, labels and frames, each checked before it is used."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from euar.data.precision import to_float32
from euar.data.readers.contract import Content
from euar.data.readers.plausible import check_padding, described, is_float, numbers, wrong

SPLITS = ("train", "valid", "test")
_MOST = 20  # keys that a record names
LARGEST_LABEL, SMALLEST_LABEL = 3, 0.01  # the smallest mean of a few raters that is not 0 is 1/6


def is_column(values: object) -> TypeGuard[np.ndarray | Sequence[Any]]:
    """Tell whether a value has entries: a list, or an array of at least one dimension."""
    return isinstance(values, list | tuple) or (isinstance(values, np.ndarray) and values.ndim > 0)


def has_columns(content: object, *names: str) -> bool:
    """Tell whether a pickle held the three splits, each a dict with these columns."""
    return type(content) is dict and all(
        type(content.get(word)) is dict and set(names) <= set(content[word]) for word in SPLITS
    )


class Splits:
    """The three splits of a pickle: {"train" | "valid" | "test": {column: one entry a row}}.

    Args:
        path: the file.
        content: what it held.
    """

    def __init__(self, path: Path, content: Mapping[str, Mapping]):
        self.path, self.parts = path, {word: content[word] for word in SPLITS}

    def __contains__(self, name: str) -> bool:
        return any(name in part for part in self.parts.values())

    @property
    def words(self) -> list[str]:
        """The split of each row."""
        return [word for word, part in self.parts.items() for _ in range(len(part["id"]))]

    def column(self, name: str) -> Iterator[tuple[str, np.ndarray | Sequence]]:
        """Yield the field's name and the entries, split by split; as many as there are ids.

        Raises:
            DataError: a split lacks the column, or has another number of entries.
        """
        for word, part in self.parts.items():
            field, entries = f"{word}/{name}", part.get(name)
            if not is_column(entries):
                raise wrong(self.path, field, "an array or list", entries)
            if len(entries) != len(part["id"]):
                raise wrong(self.path, field, f"{len(part['id'])} entries, as id has", entries)
            yield field, entries

    def texts(self, name: str) -> list[str]:
        """Return a column of texts."""
        return [entry for field, entries in self.column(name) for entry in texts(self.path, field, entries)]

    def labels(self, name: str) -> np.ndarray:
        """Return a column of ratings, float32 (n,)."""
        return np.concatenate([labels(self.path, field, entries) for field, entries in self.column(name)])

    def frames(self, name: str) -> np.ndarray:
        """Return a column of sequences, float32 (n, T, d)."""
        pieces = [(field, numbers(self.path, field, entries, 3)) for field, entries in self.column(name)]
        return stacked(self.path, pieces)


def stacked(path: Path, pieces: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Return pieces (k, T, d), each with its field's name, below one another, padded with zeros to one T.

    Raises:
        DataError: they differ in d, or padding to the longest would take too much.
    """
    rows, times, widths = np.array([piece.shape for _, piece in pieces]).T
    for field, piece in pieces:
        if piece.shape[2] != widths[0]:
            raise wrong(path, field, f"{widths[0]} features, as in {pieces[0][0]}", piece)
    check_padding(path, pieces[0][0], np.repeat(times, rows))
    whole = np.zeros((rows.sum(), times.max(initial=0), widths[0]), dtype=np.float32)
    start = 0
    for _, piece in pieces:
        whole[start : start + len(piece), : piece.shape[1]] = to_float32(piece)
        start += len(piece)
    return whole


def filled(frames: np.ndarray) -> np.ndarray:
    """Tell which frames of (n, T, d) are not all zero: bool (n, T)."""
    with np.errstate(invalid="ignore"):  # some NaN warn
        return np.any(frames, axis=2)


def filled_lengths(frames: np.ndarray) -> np.ndarray:
    """Return int64 (n,): the frames of (n, T, d) before the padding, the all-zero ones at the end."""
    full = filled(frames)
    return np.where(full.any(axis=1), frames.shape[1] - full[:, ::-1].argmax(axis=1), 0)


def left_out(content: Mapping, read: Container[str]) -> dict[str, list[str]]:
    """Return, for the record, which keys of a pickle are not read, and what they hold; none: nothing."""
    others = [(key, value) for key, value in content.items() if key not in read]
    found = [f"key {key!r:.80}: {described(value)}" for key, value in others[:_MOST]]
    return {"left_out": found + [f"{len(others) - _MOST} more"] * (len(others) > _MOST)} if found else {}


def without_empty(content: Content) -> Content:
    """Return the content with `available`, without the rows that have no frame in any modality.

    A modality is available in a row where its length is above 0. `notes["dropped"]` counts the other rows.
    """
    available = {name: lengths > 0 for name, (_, lengths) in content.sequences.items()}
    keep = np.any(list(available.values()), axis=0)
    if keep.all():
        return replace(content, available=available)
    return replace(
        content,
        target=None if content.target is None else content.target[keep],
        ids=list(compress(content.ids, keep)),
        split=list(compress(content.split, keep)),
        groups=None if content.groups is None else list(compress(content.groups, keep)),
        sequences={
            name: (frames[keep], lengths[keep]) for name, (frames, lengths) in content.sequences.items()
        },
        raw={name: (kind, list(compress(values, keep))) for name, (kind, values) in content.raw.items()},
        available={name: mask[keep] for name, mask in available.items()},
        notes=dict(content.notes) | {"dropped": {"without_frames": int((~keep).sum())}},
    )


def texts(path: Path, field: str, entries: np.ndarray | Sequence) -> list[str]:
    """Return entries, str or UTF-8 bytes, as str.

    Raises:
        DataError: an entry is something else, or so much longer than the others that a table would be huge.
    """
    found = [text(path, field, entry) for entry in entries]
    check_padding(path, field, list(map(len, found)))
    return found


def text(path: Path, field: str, entry: object) -> str:
    """Return one text; see `texts`."""
    try:
        entry = entry.decode("utf-8") if isinstance(entry, bytes) else entry
    except UnicodeDecodeError as error:
        raise wrong(path, field, "text in UTF-8", str(error)) from None
    if not isinstance(entry, str):
        raise wrong(path, field, "text", entry)
    return str(entry)


def labels(path: Path, field: str, entries: np.ndarray | Sequence) -> np.ndarray:
    """Return ratings, mean opinions of a few raters, float32 (n,).

    Raises:
        DataError: they are no numbers in [-3, 3], one for each row, or too close to 0 without being 0.
    """
    entries = _as_numbers(path, field, entries)
    if entries.size != len(entries):
        raise wrong(path, field, "one rating a row", entries)
    size = np.abs(entries.ravel())
    with np.errstate(invalid="ignore"):
        odd = np.flatnonzero(~(size <= LARGEST_LABEL) | ((size > 0) & (size < SMALLEST_LABEL)))
    if len(odd):
        expected = f"ratings from -{LARGEST_LABEL} to {LARGEST_LABEL}, 0 or at least {SMALLEST_LABEL} from it"
        raise wrong(path, field, expected, f"{entries.ravel()[odd[0]]} in row {odd[0]}")
    return entries.ravel().astype(np.float32)


def _as_numbers(path: Path, field: str, entries: np.ndarray | Sequence) -> np.ndarray:
    """Return ratings as floats; they may be integers, or Python's or NumPy's numbers in a list."""
    if isinstance(entries, np.ndarray) and entries.dtype.kind != "O":
        if not (is_float(entries) or entries.dtype.kind in "iu"):
            raise wrong(path, field, "numbers", entries)
        return entries if is_float(entries) else entries.astype(np.float64)
    items = entries.ravel().tolist() if isinstance(entries, np.ndarray) else entries
    for row, entry in enumerate(items):
        if isinstance(entry, bool) or not isinstance(entry, int | float | np.integer | np.floating):
            found = (
                f"{entry!r:.80}" if entry is None or isinstance(entry, str | bytes) else type(entry).__name__
            )
            raise wrong(path, field, "numbers", f"{found} in row {row}")
    numbers = np.array(items, dtype=np.float64)
    return numbers.reshape(entries.shape) if isinstance(entries, np.ndarray) else numbers


def video(segment: str) -> str:
    """Return the video's id, without the number of the segment: VIDEO[3] or VIDEO_3."""
    return re.sub(r"(\[\d+\]|_\d+)$", "", segment)
