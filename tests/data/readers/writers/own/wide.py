"""A tiny table of users' own data with everything: ratings, a split, groups, and two modalities."""

import csv
from pathlib import Path

from tests.data.readers.writers.own._rows import GROUPS, IDS, RATINGS, SPLIT, features


def write(folder: Path) -> Path:
    """Write the table and return its path."""
    path = folder / "wide.csv"
    columns = {"id": IDS, "label": RATINGS, "split": SPLIT, "group": GROUPS}
    for name, values in {"face": features(1, 8, 3), "voice": features(2, 8, 2)}.items():
        columns |= {f"{name}_{place}": column.tolist() for place, column in enumerate(values.T)}
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(
            [list(columns), *zip(*columns.values(), strict=True)]
        )
    return path
