"""Label lists of CMU-MOSI and CMU-MOSEI: one row an utterance, with its text, its rating and its split.

The list is a file, or the `label.csv` of a folder. Layouts: `id,text,label,mode` (MOSI) and
`video_id,clip_id,text,label,mode` (MOSEI).
"""

from pathlib import Path

import numpy as np

from euar.data.readers import tables
from euar.data.readers.contract import Content

NAME = "label-csv"
TITLE = "label list of CMU-MOSI or CMU-MOSEI (CSV)"
SEEN = True

_HEADERS = ("id,text,label,mode", "video_id,clip_id,text,label,mode")
_SPLITS = {"train": "train", "valid": "valid", "dev": "valid", "test": "test"}


def matches(path: Path) -> bool:
    """Tell whether the first line is one of the two headers."""
    return tables.sniff(_file(path)).partition("\n")[0].strip() in _HEADERS


def read(path: Path) -> Content:
    """Return ratings (n,) in the list's units, usually [-3, 3], with the texts as raw content.

    Groups are the videos: `video_id`, or the id without what follows its last underscore.
    """
    file = _file(path)
    header = tables.text(file).partition("\n")[0].strip().split(",")
    table = tables.columns(file, header)
    videos = table.get("video_id") or [name.rpartition("_")[0] for name in table["id"]]
    return Content(
        name=path.stem,
        files=[file],
        target=tables.numbers(file, "label", table["label"]).astype(np.float32),
        ids=table.get("id") or [f"{v}_{c}" for v, c in zip(videos, table["clip_id"], strict=True)],
        split=tables.words(file, "mode", table["mode"], _SPLITS),
        groups=videos,
        raw={"text": ("text", table["text"])},
    )


def _file(path: Path) -> Path:
    return path / "label.csv" if path.is_dir() else path
