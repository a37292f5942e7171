"""Labels of CMU-MOSEI as the s3prl toolkit has them: a row a segment, with its times and its split.

The columns are `file,index,start,end,label2a,label2b,label6,label7,split` behind a number. Splits 0, 1 and 2
are train, valid and test; segments of split 3 belong to no split and are left out.
"""

from itertools import compress
from pathlib import Path

import numpy as np

from euar.data.readers import tables
from euar.data.readers.contract import Content

NAME = "s3prl-csv"
TITLE = "labels and times of CMU-MOSEI from s3prl (CSV)"
SEEN = True

_HEADER = ",file,index,start,end,label2a,label2b,label6,label7,split"
_NOWHERE = "in no split"
_SPLITS = {"0": "train", "1": "valid", "2": "test", "3": _NOWHERE}
_CLASSES = {str(rating): str(rating) for rating in range(-3, 4)}


def matches(path: Path) -> bool:
    """Tell whether the first line is the header."""
    return path.is_file() and tables.sniff_names(path) == _HEADER.split(",")


def read(path: Path) -> Content:
    """Return the ratings rounded to seven classes, float (n,), with pointers to the segments as raw content.

    Some segments begin before 0, as in the source.

    Raises:
        DataError: a cell does not fit, or a segment ends before it begins.
    """
    table = tables.columns(path, _HEADER.split(",")[1:])
    _, start, end = (tables.numbers(path, name, table[name]) for name in ("index", "start", "end"))
    tables.check_ordered(path, "start, end", start, end, table["start"])
    split = np.array(tables.words(path, "split", table["split"], _SPLITS))
    ratings = np.array(tables.words(path, "label7", table["label7"], _CLASSES), dtype=np.float32)
    names = zip(table["file"], table["index"], strict=True)
    pointers = zip(table["file"], table["start"], table["end"], strict=True)
    kept = split != _NOWHERE
    return Content(
        name=path.stem,
        files=[path],
        target=ratings[kept],
        ids=[f"{video}_{index}" for video, index in compress(names, kept)],
        split=split[kept].tolist(),
        groups=list(compress(table["file"], kept)),
        raw={"segment": ("segment", [f"{video}@{a}-{b}" for video, a, b in compress(pointers, kept)])},
        notes={"dropped": {"in_no_split": int((~kept).sum())}},
    )
