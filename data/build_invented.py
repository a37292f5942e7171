"""Rebuild data/invented.h5 from data/invented.csv: `pip install "euar[features]"`, then run this file.

The sentences and their ratings, one opinion each, are invented for this book. They go through the very
functions that gave the embedded tweets their views (`build_vader_tweets.py`), so their models can read them.
"""

import argparse
import csv
import tempfile
from pathlib import Path

import build_vader_tweets as tweets
import numpy as np

from euar.data import MultimodalDataset

HERE = Path(__file__).parent


def read() -> list[dict[str, str]]:
    """Return the sentences in their order, each with `text`, `rating` in [-3, 3] and `kind`."""
    with (HERE / "invented.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def build(rows: list[dict[str, str]], lexicon: dict[str, float]) -> MultimodalDataset:
    """Return the data set of some sentences, all of the split "test": no model may learn from them."""
    texts = [row["text"] for row in rows]
    return MultimodalDataset(
        name="invented",
        modalities=tweets.views(texts, lexicon),
        target=np.array([row["rating"] for row in rows], dtype=np.float32),
        ids=[f"invented-{number:02d}" for number in range(1, len(rows) + 1)],
        split=["test"] * len(rows),
        meta={"text": np.array(texts), "kind": np.array([row["kind"] for row in rows])},
    )


def main() -> None:
    """Build the file and say what is in it."""
    parser = argparse.ArgumentParser(description="Rebuild data/invented.h5 from data/invented.csv.")
    source = f"source distribution of {tweets.PACKAGE}, for its lexicon; pip gets it by default"
    parser.add_argument("--sdist", type=Path, help=source)
    parser.add_argument("--out", type=Path, default=HERE / "invented.h5")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _, lexicon = tweets.read_sdist(arguments.sdist or tweets.fetch_sdist(folder))
    data = build(read(), lexicon)
    data.to_hdf5(arguments.out)
    print(data.describe())


if __name__ == "__main__":
    main()
