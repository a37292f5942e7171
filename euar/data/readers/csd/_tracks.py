"""One `.csd` file of the CMU-MultimodalSDK: its root's name, and the intervals and features of its videos."""

import math
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import h5py
import numpy as np

from euar.data.errors import DataError
from euar.data.readers import array_files, tables

_AGAIN = "get the file again"


class Track(NamedTuple):
    """What a file has on one video."""

    intervals: np.ndarray  # (T, 2) start and end in seconds
    features: np.ndarray  # (T, d) numbers, or words as str objects


def root(file: Path) -> str:
    """Return the name of the first root.

    Raises:
        DataError: the file is damaged, or its first root has no `data`.
    """
    with array_files.opened(file) as content:
        return str(_data(file, content).parent.name).strip("/")


def tracks(
    file: Path, kind: Literal["numbers", "words"], wanted: Container[str] | None = None
) -> Iterator[tuple[str, Track]]:
    """Yield (video, track) in the order of the names; one track is in memory at a time.

    Args:
        file: the file.
        kind: what its features are.
        wanted: the videos to read; None: all.

    Raises:
        DataError: the file is damaged, or what it has on a video does not fit together.
    """
    with array_files.opened(file) as content:
        data = _data(file, content)
        for video in data:
            if wanted is None or video in wanted:
                yield video, _track(file, _member(file, data, video), kind)


def _data(file: Path, content: h5py.File) -> h5py.Group:
    return _member(file, _member(file, content, next(iter(content), "")), "data")


def _member(file: Path, group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    """Return a member of a group; a link that leads elsewhere, perhaps to another file, is none."""
    inside = isinstance(group, h5py.Group) and name in group
    if not inside or not isinstance(group.get(name, getlink=True), h5py.HardLink):
        expected = "ROOT/data/VIDEO/intervals and features"
        raise DataError(file, group.name, expected, f"no {name or 'root'!r} there", _AGAIN)
    return group[name]


def _track(file: Path, group: h5py.Group, kind: str) -> Track:
    times, values = (_member(file, group, name) for name in ("intervals", "features"))
    if times.ndim != 2 or times.shape[1] != 2 or values.ndim < 2 or len(times) != len(values):
        found = f"{times.shape} and {values.shape}"
        raise DataError(file, group.name, "intervals (T, 2) and features (T, d)", found, _AGAIN)
    intervals = _floats(file, times)
    if not np.isfinite(intervals).all():
        raise DataError(file, times.name, "finite times", "NaN or infinity", _AGAIN)
    tables.check_ordered(file, times.name, intervals[:, 0], intervals[:, 1])
    features = _words(file, values) if kind == "words" else _floats(file, values)
    return Track(intervals, features.reshape(len(features), math.prod(features.shape[1:])))


def _floats(file: Path, data: h5py.Dataset) -> np.ndarray:
    if data.dtype.kind != "f":
        raise DataError(file, data.name, "floating point numbers", str(data.dtype), _AGAIN)
    return data[()].astype(np.float64)


def _words(file: Path, data: h5py.Dataset) -> np.ndarray:
    if h5py.check_string_dtype(data.dtype) is None or data.shape[1:] != (1,):
        raise DataError(
            file, data.name, "words as bytes (T, 1)", f"{data.dtype} of shape {data.shape}", _AGAIN
        )
    try:
        return data.asstr("utf-8")[()]
    except UnicodeDecodeError as error:
        raise DataError(file, data.name, "words in UTF-8", str(error), _AGAIN) from error
