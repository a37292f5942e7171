"""Texts and ratings of CMU-MOSI as Cross-Modal-BERT has them: `train.tsv`, `dev.tsv`, `test.tsv`.

The rows have no ids, so they are named after their file and their place in it.
"""

import csv
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import _tables
from euar.data.readers._content import Content

NAME = "cross-modal-bert"
TITLE = "texts and ratings of Cross-Modal-BERT (folder with train.tsv, dev.tsv, test.tsv)"

_HEADER = ["text", "label"]
_FILES = {"train": "train.tsv", "valid": "dev.tsv", "test": "test.tsv"}


def matches(path: Path) -> bool:
    """Tell whether the folder has the three files."""
    return all((path / name).is_file() for name in _FILES.values())


def read(path: Path) -> Content:
    """Return ratings (n,) with the texts as raw content.

    Raises:
        DataError: a file is absent or damaged.
    """
    parts = {word: _rows(path / name) for word, name in _FILES.items()}
    texts, labels = zip(*(row for rows in parts.values() for row in rows), strict=True)
    return Content(
        name=path.stem,
        files=[path / name for name in _FILES.values()],
        target=_tables.numbers(path, "label", labels).astype(np.float32),
        ids=[f"{word}-{row:04d}" for word, rows in parts.items() for row in range(len(rows))],
        split=[word for word, rows in parts.items() for _ in rows],
        raw={"text": ("text", texts)},
    )


def _rows(file: Path) -> list[list[str]]:
    """Return the rows below the header; quotes are part of the text."""
    header, *rows = _tables.rows(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    if header != _HEADER or not rows:
        found = f"{header} and {len(rows)} rows"[:100]
        raise DataError(file, "header", f"{_HEADER} and rows", found, "get the file again")
    return rows
