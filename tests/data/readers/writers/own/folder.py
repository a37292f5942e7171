"""A tiny folder of users' own data: ratings, texts and pictures, and features in four formats."""

import csv
from pathlib import Path

import h5py
import numpy as np

from tests.data.readers.writers._pictures import pixels, save
from tests.data.readers.writers.own._rows import GROUPS, IDS, RATINGS, SPLIT, SPREAD, TEXTS, features

FRAMES, LENGTHS = 4, (4, 3, 2, 4, 1, 2, 3, 4)
WITHOUT_WORDS = 2  # the row that words.csv lacks


def write(folder: Path) -> Path:
    """Write labels, pictures, words.csv, sound.npy, motion.npz and gaze.h5, and return the folder."""
    pictures = [save(folder / "pictures" / f"{row}.png", pixels(row, (6, 8, 3))) for row in range(len(IDS))]
    pointers = [picture.relative_to(folder).as_posix() for picture in pictures]
    columns = {
        "id": IDS,
        "label": RATINGS,
        "split": SPLIT,
        "group": GROUPS,
        "label_sd": SPREAD,
        "text": TEXTS,
        "image": pointers,
    }
    _write_table(folder / "labels.csv", columns)
    words = dict(zip(("f0", "f1"), features(1, 8, 2).astype(np.float64).T, strict=True))
    columns = {"id": IDS} | {name: [f"{value:.4f}" for value in values] for name, values in words.items()}
    _write_table(folder / "words.csv", columns, left_out=WITHOUT_WORDS)
    np.save(folder / "sound.npy", features(2, 8, 3))
    order, lengths = np.arange(8)[:0:-1], np.array(LENGTHS)
    np.savez(
        folder / "motion.npz",
        id=np.array(IDS)[order],
        values=features(3, 8, FRAMES, 2)[order],
        lengths=lengths[order],
    )
    with h5py.File(folder / "gaze.h5", "w") as file:
        file.create_dataset("id", data=list(IDS[1:]), track_times=False)
        file.create_dataset("values", data=features(4, 8, 2)[1:], track_times=False)
    return folder


def _write_table(path: Path, columns: dict, left_out: int | None = None) -> None:
    rows = [row for number, row in enumerate(zip(*columns.values(), strict=True)) if number != left_out]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([list(columns), *rows])
