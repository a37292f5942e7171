"""Labels of CMU-MOSEI as the s3prl toolkit has them: a row a segment, with its times and its split.

The columns are `file,index,start,end,label2a,label2b,label6,label7,split` behind a number. Splits 0, 1 and 2
are train, valid and test; segments of split 3 belong to no split and are left out.
"""

from pathlib import Path

import numpy as np

from euar.data.readers import _tables
from euar.data.readers._content import Content

NAME = "s3prl-csv"
TITLE = "labels and times of CMU-MOSEI from s3prl (CSV)"

_HEADER = ",file,index,start,end,label2a,label2b,label6,label7,split"
_SPLITS, _NOWHERE = {"0": "train", "1": "valid", "2": "test"}, "3"


def matches(path: Path) -> bool:
    """Tell whether the first line is the header."""
    return path.is_file() and _tables.sniff(path).partition("\n")[0].strip() == _HEADER


def read(path: Path) -> Content:
    """Return the ratings rounded to seven classes, float (n,), with pointers to the segments as raw content.

    Raises:
        DataError: a cell does not fit, or a segment ends before it begins.
    """
    whole = _tables.columns(path, _HEADER.split(",")[1:])
    rows = [row for row, word in enumerate(whole["split"]) if word != _NOWHERE]
    table = {name: [cells[row] for row in rows] for name, cells in whole.items()}
    times = {name: _tables.numbers(path, name, table[name]) for name in ("start", "end")}
    _tables.check_ordered(path, "start, end", times["start"], times["end"])
    pairs = zip(table["file"], times["start"], times["end"], strict=True)
    return Content(
        name=path.stem,
        files=[path],
        target=_tables.numbers(path, "label7", table["label7"]).astype(np.float32),
        ids=[f"{file}_{index}" for file, index in zip(table["file"], table["index"], strict=True)],
        split=_tables.words(path, "split", table["split"], _SPLITS),
        groups=table["file"],
        notes={"dropped": {"in_no_split": len(whole["split"]) - len(rows)}},
        raw={"segment": ("segment", [f"{file}@{start:g}-{end:g}" for file, start, end in pairs])},
    )
