"""MVSA-Single: tweets, each a picture and a text, each of the two labelled by itself.

Layouts: the published folder, `data/ID.jpg` and `data/ID.txt`; or `images/ID.jpg` with the texts in
`mvsa_single.csv`. Both have `labelResultAll.txt` (`ID<TAB>text,image`) and may have the splits of TMC and
QMF, `{train,dev,test}.jsonl`. With these, their rows are read: the 2,592 pairs whose two labels agree.
Without them, the 4,511 whose labels can be merged are read, as far as their pictures are there: beside
neutral, the other label counts; positive against negative is dropped. Their split is drawn, by groups.

The published splits share pictures and texts. `groups` joins the rows that do, `meta["in_another_split"]`
marks the rows of a group that stands in more than one split, and `meta["source"]["duplicates"]` counts.
"""

from collections.abc import Container, Iterable
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import picture_files, tables
from euar.data.readers.contract import Content
from euar.data.readers.mvsa import _duplicates, _lists, _texts

NAME = "mvsa"
TITLE = "MVSA-Single (folder with labelResultAll.txt and pictures; data/ from the published layout)"
SEEN = True


def matches(path: Path) -> bool:
    """Tell whether the folder has a label list with one pair of labels a row."""
    return tables.sniff(path / _lists.LABELS).split("\t") == _lists.HEADER


def read(path: Path) -> Content:
    """Return classes (n,), positive 0, neutral 1, negative 2, with pictures and texts as raw content.

    Raises:
        DataError: a file is absent or damaged, or lists, texts and pictures contradict each other.
    """
    folder = _picture_folder(path)
    pairs = _lists.labels(path)
    merged = {name: label for name, pair in pairs.items() if (label := _lists.merge(*pair))}
    known = picture_files.by_name(folder)
    picture_files.check_listed(folder, [known[name] for name in pairs if name in known])
    lists, rows = _lists.splits(path, pairs)
    ids = [row["id"] for row in rows] or _present(folder, merged, known)
    pictures = [known.get(name, folder / f"{name}.jpg") for name in ids]
    picture_files.check_whole(pictures)
    sources, texts = _texts.texts(path, folder, ids)
    _texts.check_same(path, dict(zip(ids, texts, strict=True)), rows)
    twins = _duplicates.find(ids, pictures, texts)
    target = np.array([_lists.CLASSES.index(merged[name]) for name in ids], dtype=np.int64)
    split = [row["split"] for row in rows] or _drawn(path, target, twins.groups)
    pointers = [f"{folder.name}/{picture.name}" for picture in pictures]
    return Content(
        name=path.stem,
        files=[path / _lists.LABELS, *lists, *sources, *pictures],
        target=target,
        ids=ids,
        split=split,
        groups=twins.groups,
        raw={"image": ("image", pointers), "text": ("text", texts)},
        meta={"classes": _lists.CLASSES, "in_another_split": twins.in_another_split(split)},
        notes={
            "dropped": {"opposite_labels": len(pairs) - len(merged), "not_read": len(merged) - len(ids)},
            "duplicates": twins.counts(split),
        },
    )


def _picture_folder(path: Path) -> Path:
    for name in ("data", "images"):
        if (path / name).is_dir():
            return path / name
    raise DataError(path, "folder", "data/ or images/ with the pictures", "neither", "put the pictures there")


def _present(folder: Path, names: Iterable[str], known: Container[str]) -> list[str]:
    """Return the tweets whose pictures are in the folder."""
    found = [name for name in names if name in known]
    if not found:
        raise DataError(folder, "pictures", "ID.jpg of the tweets", "none", "put the pictures there")
    return found


def _drawn(path: Path, target: np.ndarray, groups: list[str]) -> list[str]:
    from euar.data.readers import splitting

    return list(splitting.assign(path, target, groups, seed=0))
