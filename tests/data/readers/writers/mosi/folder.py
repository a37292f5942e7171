"""A tiny folder with a list of ratings and the features of the bc-LSTM release."""

import csv
from pathlib import Path

from tests.data.readers.writers.mosi import bc_lstm

LABELS = (  # id, text, rating, mode; the release has one utterance more
    ("cé_1", "café scenes are nice", "2.6", "train"),
    ("b-_2", "no", "-2.4", "valid"),
    ("aa_1_1", "i liked it, a lot", "1.8", "test"),
    ("aa_1_2", "a “dull” film", "-1.0", "test"),
    ("b-_1", "so so", "0.0", "valid"),
    ("cé_2", "too long", "-0.6", "train"),
    ("d_2", "once more", "3.0", "train"),
    ("e_1", "well", "0.25", "train"),
)


def write(folder: Path) -> Path:
    """Write both parts and return the folder."""
    (folder / "bc_lstm").mkdir()
    bc_lstm.write(folder / "bc_lstm")
    with (folder / "label.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("id", "text", "label", "mode"), *LABELS])
    return folder
