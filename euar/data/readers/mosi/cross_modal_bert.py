"""Texts and ratings of CMU-MOSI as Cross-Modal-BERT has them: `train.tsv`, `dev.tsv`, `test.tsv`.

The rows have no ids, so they are named after their split and their place in it.
"""

import csv
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import tables
from euar.data.readers.contract import Content

NAME = "cross-modal-bert"
TITLE = "texts and ratings of Cross-Modal-BERT (folder with train.tsv, dev.tsv, test.tsv)"
SEEN = True

_HEADER = ["text", "label"]
_FILES = {"train": "train.tsv", "valid": "dev.tsv", "test": "test.tsv"}


def matches(path: Path) -> bool:
    """Tell whether the folder has the three files."""
    return all((path / name).is_file() for name in _FILES.values())


def read(path: Path) -> Content:
    """Return ratings (n,) with the texts as raw content; ids are SPLIT-ROW, rows from 0.

    Raises:
        DataError: a file is damaged.
    """
    parts = {word: _read_file(path / name) for word, name in _FILES.items()}
    return Content(
        name=path.stem,
        files=[path / name for name in _FILES.values()],
        target=np.concatenate([ratings for _, ratings in parts.values()]),
        ids=[f"{word}-{row}" for word, (texts, _) in parts.items() for row in range(len(texts))],
        split=[word for word, (texts, _) in parts.items() for _ in texts],
        raw={"text": ("text", [text for texts, _ in parts.values() for text in texts])},
    )


def _read_file(file: Path) -> tuple[list[str], np.ndarray]:
    """Return texts and ratings; a quote is part of the text."""
    header, *rows = tables.rows(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    if header != _HEADER or not rows:
        found = f"{header} and {len(rows)} rows"[:100]
        raise DataError(file, "header", f"{_HEADER} and rows", found, "get the file again")
    texts, cells = tables.column(rows, 0), tables.column(rows, 1)
    return texts, tables.numbers(file, "label", cells).astype(np.float32)
