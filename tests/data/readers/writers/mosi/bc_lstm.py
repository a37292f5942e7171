"""A tiny folder in the layout of the bc-LSTM release, quoted as there."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

TRANSCRIPTS = (  # id, text, video number, label
    ("aa_1_1", "I LIKED IT, A LOT", 3, 1),
    ("aa_1_2", "A “DULL” FILM", 3, 0),
    ("b-_1", "SO SO", 1, 1),
    ("b-_2", "NO", 1, 0),
    ("cé_1", "CAFÉ SCENES ARE NICE", 2, 1),
    ("cé_2", "TOO LONG", 2, 0),
    ("d_1", "NEVER AGAIN", 4, 0),
    ("d_2", "ONCE MORE", 4, 1),
    ("e_1", "WELL", 5, 1),
)
ROWS = {"train": (2, 3, 1, 0), "test": (8, 4, 5, 7, 6)}  # of the transcripts
WIDTHS = {"text": 4, "audio": 3, "video": 5}


def write(folder: Path) -> Path:
    """Write all files and return the folder."""
    _save(folder / "transcripts.csv", TRANSCRIPTS)
    for part in ROWS:
        for name, values in features(part).items():
            labels = [TRANSCRIPTS[row][3] for row in ROWS[part]]
            rows = zip(values.tolist(), labels, strict=True)
            _save(folder / name / f"{name}_{part}0.csv", ([*row, label] for row, label in rows))
        numbered = zip(ROWS[part], features(part)["text"].tolist(), strict=True)
        _save(folder / f"text_{part}.csv", ([number, *row] for number, row in numbered))
    return folder


def features(part: str) -> dict[str, np.ndarray]:
    """Return {modality: (n, d)} of a part; the last column of video is constant."""
    generator = np.random.default_rng(len(ROWS[part]))
    found = {name: generator.normal(size=(len(ROWS[part]), width)) for name, width in WIDTHS.items()}
    found["video"][:, -1] = 0
    return found


def _save(path: Path, rows: Iterable[Sequence]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
