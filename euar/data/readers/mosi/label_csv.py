"""Label lists of CMU-MOSI and CMU-MOSEI: one row an utterance, with its text, its rating and its split.

The list is a file, or the `label.csv` of a folder. Layouts: `id,text,label,mode` (MOSI),
`video_id,clip_id,text,label,mode` (MOSEI), and MMSA's nine columns, which circulate in two orders:
`video_id,clip_id,text,label`, then `annotation,mode` before or after `label_T,label_A,label_V`.
"""

import re
from collections.abc import Collection
from pathlib import Path

import numpy as np

from euar.data.readers import splitting, tables
from euar.data.readers.contract import Content
from euar.data.regular import visible

NAME = "label-csv"
TITLE = "label list of CMU-MOSI or CMU-MOSEI (CSV)"
SEEN = True

_NAMES = (("id",), ("video_id", "clip_id"))  # what names an utterance
_COLUMNS = ("text", "label", "mode")
_INDEX = re.compile(r"|Unnamed: \d+")  # pandas writes the row numbers so


def matches(path: Path) -> bool:
    """Tell whether the first line has the columns that are read, in any order."""
    return _needed(tables.sniff_names(_file(path))) is not None


def read(path: Path) -> Content:
    """Return ratings (n,) in the list's units, usually [-3, 3], with the texts as raw content.

    Groups are the videos: `video_id`, or the id without what follows its last underscore. Other columns, such
    as ratings of one modality, are named in `notes["left_out"]`; so is what else lies in a folder.
    """
    file = _file(path)
    names = tables.sniff_names(file)
    needed = _needed(names) or _COLUMNS
    table = tables.columns(file, needed)
    others = [f"column {name}" for name in names if name not in needed and not _INDEX.fullmatch(name)]
    others += [beside.name for beside in visible(path) if beside != file] if path.is_dir() else []
    videos = table.get("video_id") or [name.rpartition("_")[0] for name in table["id"]]
    return Content(
        name=path.stem,
        files=[file],
        target=tables.numbers(file, "label", table["label"]).astype(np.float32),
        ids=table.get("id") or [f"{v}_{c}" for v, c in zip(videos, table["clip_id"], strict=True)],
        split=splitting.named(file, "mode", table["mode"]),
        groups=videos,
        raw={"text": ("text", table["text"])},
        notes={"left_out": others} if others else {},
    )


def _needed(names: Collection[str]) -> tuple[str, ...] | None:
    """Return the columns that are read, if they are all there."""
    found = ((*row, *_COLUMNS) for row in _NAMES if {*row, *_COLUMNS} <= set(names))
    return next(found, None)


def _file(path: Path) -> Path:
    return path / "label.csv" if path.is_dir() else path
