"""Rebuild data/vader_others.h5 from its source: `pip install "euar[features]"`, then run this file.

Sentences of movie reviews, of reviews of goods and of newspaper editorials, rated by 20 people each. They
come from the source of the tweets and go through the very functions that gave those their views
(`build_vader_tweets.py`); no model may learn from them. Of each kind there are as many.
"""

import argparse
import hashlib
import tempfile
from pathlib import Path

import build_vader_tweets as tweets
import numpy as np

from euar.data import MultimodalDataset

KINDS = {
    "movies": "movieReviewSnippets",
    "goods": "amazonReviewSnippets",
    "editorials": "nytEditorialSnippets",
}
EACH = 800
RATERS = 20


def read(archive: bytes, kind: str) -> list[tweets.Tweet]:
    """Return the texts of one kind, those of exactly 20 raters whose ids have the smallest hashes."""
    texts = [text._replace(id=f"{kind}-{text.id}") for text in tweets.rated(archive, KINDS[kind])]
    equal = [text for text in texts if len(text.ratings) == RATERS]
    return sorted(equal, key=lambda text: hashlib.sha256(f"{tweets.SALT}/{text.id}".encode()).digest())[:EACH]


def build(texts: list[tweets.Tweet], lexicon: dict[str, float]) -> MultimodalDataset:
    """Return the data set of some texts, all of the split "test"."""
    ratings = np.array([text.ratings for text in texts])
    return MultimodalDataset(
        name="others",
        modalities=tweets.views([text.text for text in texts], lexicon),
        target=(tweets.SCALE * ratings.mean(axis=1)).astype(np.float32),
        ids=[text.id for text in texts],
        split=["test"] * len(texts),
        target_sd=(tweets.SCALE * ratings.std(axis=1, ddof=1)).astype(np.float32),
        meta=tweets.META | {"kind": np.array([text.id.partition("-")[0] for text in texts])},
    )


def main() -> None:
    """Build the file and print what is in it."""
    parser = argparse.ArgumentParser(description="Rebuild data/vader_others.h5 from its source.")
    source = f"source distribution of {tweets.PACKAGE}; pip gets it by default"
    parser.add_argument("--sdist", type=Path, help=source)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("vader_others.h5"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive, lexicon = tweets.open_sdist(arguments.sdist or tweets.fetch_sdist(folder))
    data = build([text for kind in KINDS for text in read(archive, kind)], lexicon)
    data.to_hdf5(arguments.out)
    print(data.describe())
    print(f"{arguments.out}: SHA-256 {hashlib.sha256(arguments.out.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
