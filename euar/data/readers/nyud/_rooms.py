"""What the three readers of NYU Depth V2 share: its ten classes, its scenes and its validation rows.

The 27 scene types become ten classes: the nine most frequent, and "others".

The official split has no validation rows, so some of the training rows are held out. First, rows are joined
to scenes: as the file names them, else runs of consecutive numbers with one scene type and one split, which
come close. Then, class by class, the scenes of its training rows are put in the order of the SHA-256 of their
names, and one after the other is moved to "valid" until at least 15 % of the class's training rows are there.
The last scene of a class always stays; so a class with one training scene (bookstore) has no validation row.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from euar.data.readers.contract import Content

# fmt: off
CLASSES = [
    "bathroom", "bedroom", "bookstore", "classroom", "dining_room", "home_office", "kitchen", "living_room",
    "office", "others",
]
_RARE = [  # as the published file names them; the last lines are names from lists made from SUN RGB-D
    "basement", "cafe", "computer_lab", "conference_room", "dinette", "foyer", "furniture_store",
    "home_storage", "indoor_balcony", "laundry_room", "office_kitchen", "playroom", "printer_room",
    "reception_room", "student_lounge", "study", "study_room",
    "excercise_room",  # codespell:ignore
    "cafeteria", "computer_room", "gym", "laundromat", "lobby", "recreation_room", "storage_room",
    "study_space",
]
# fmt: on
CLASS_OF = {name: name for name in CLASSES} | dict.fromkeys(_RARE, "others")
_SHARE = 0.15


def content(
    path: Path, files: Sequence[Path], numbers: Sequence[int], rows: Mapping[str, Sequence[str]], raw: Mapping
) -> Content:
    """Return the content of a source.

    Args:
        path: the source, after which the set is named.
        files: every file that was read.
        numbers: (n,), the numbers of the pictures, which are the ids.
        rows: n strings each: "type", keys of `CLASS_OF`; "split", train or test; and "scene", the names of
            the scenes, unless runs are to stand for them.
        raw: as in `Content`.
    """
    classes = [CLASS_OF[name] for name in rows["type"]]
    groups = rows.get("scene") or runs(numbers, rows["type"], rows["split"])
    split = hold_out(classes, rows["split"], groups)
    return Content(
        name=path.stem,
        files=files,
        target=np.array([CLASSES.index(name) for name in classes], dtype=np.int64),
        ids=[str(number) for number in numbers],
        split=split,
        groups=groups,
        raw=raw,
        meta={"classes": CLASSES},
        notes={"held_out": split.count("valid")},
    )


def runs(numbers: Sequence[int], types: Sequence[str], split: Sequence[str]) -> list[str]:
    """Return the run of each row, "TYPE-FIRST": consecutive numbers of one type and one split."""
    groups = [""] * len(numbers)
    previous, name = None, ""
    for number, row in sorted(zip(numbers, range(len(numbers)), strict=True)):
        if previous is None or (number - 1, types[row], split[row]) != previous:
            name = f"{types[row]}-{number}"
        previous, groups[row] = (number, types[row], split[row]), name
    return groups


def hold_out(classes: Sequence[str], split: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Return the split with "valid" for the training rows that the module's rule holds out."""
    rows = list(zip(classes, split, groups, strict=True))
    moved: set[str] = set()
    for label in sorted(set(classes)):
        sizes = Counter(group for name, word, group in rows if (name, word) == (label, "train"))
        held = sum(sizes[name] for name in moved)
        for group in sorted(sizes, key=_digest)[:-1]:
            if held >= _SHARE * sizes.total():
                break
            held += 0 if group in moved else sizes[group]
            moved.add(group)
    return ["valid" if word == "train" and group in moved else word for _, word, group in rows]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
