"""The values of HDF5 data sets in pieces: all texts, all of the first arrays, and the ends of later ones."""

import contextlib
from collections.abc import Iterator

import h5py
import numpy as np
from h5py import h5t
from numpy.typing import ArrayLike

_ALL = 2**28  # bytes of arrays that are read as a whole
_UNFOLDS = 100  # times the size of the file that its texts may have
_PIECE = 2**24  # bytes
_ROW = 2**28
_TEXTS = 256  # in a piece
_NUMBERS = {h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.STRING}


class RefusedError(Exception):
    """What is wrong with a file: field, expected and found."""


class Values:
    """What may still be read of one file.

    Args:
        size: bytes of the file.
    """

    def __init__(self, size: int):
        self._texts, self._whole = max(_ALL, _UNFOLDS * size), _ALL

    def check(self, item: h5py.Dataset) -> None:
        """Raise unless the numbers, texts or references of a data set can be read.

        Raises:
            RefusedError: the texts so far are far longer than the file, or a row takes too much memory.
        """
        kind = item.id.get_type()
        if item.shape is None or not item.size:
            return
        if isinstance(kind, h5t.TypeStringID) and kind.is_variable_str():
            self._texts -= sum(_letters(piece) for piece in _pieces(item, _TEXTS))
            if self._texts < 0:
                raise RefusedError(item.name, "texts that are not far longer than the file", "more")
        elif kind.get_class() == h5t.REFERENCE:
            _follow(item)
        elif kind.get_class() in _NUMBERS:
            self._read(item)

    def _read(self, item: h5py.Dataset) -> None:
        row = item.nbytes // (len(item) if item.shape else 1)
        if row > _ROW:
            raise RefusedError(item.name, f"rows of at most {_ROW} bytes", f"{row}")
        self._whole -= item.nbytes
        if self._whole >= 0 or not item.shape:
            for _ in _pieces(item, max(1, _PIECE // row)):
                pass
        else:
            item[0], item[-1]


def _pieces(item: h5py.Dataset, rows: int) -> Iterator[np.ndarray]:
    """Yield the values, so many rows at a time."""
    if not item.shape:
        yield np.array(item[()])
        return
    for start in range(0, len(item), rows):
        yield item[start : start + rows]


def _letters(values: ArrayLike) -> int:
    return sum(len(text) for text in np.ravel(values))


def _follow(item: h5py.Dataset) -> None:
    """Open what references lead to; one that leads nowhere is an error where it is used."""
    if h5py.check_ref_dtype(item.dtype) is not h5py.Reference:
        raise RefusedError(item.name, "references to objects", "references to regions")
    for piece in _pieces(item, _TEXTS):
        for reference in np.ravel(piece):
            with contextlib.suppress(ValueError, RuntimeError, OSError):
                item.file[reference]
