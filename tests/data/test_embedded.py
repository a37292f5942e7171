"""Facts about the data set that ships, counted from the file."""

import re
from hashlib import sha256

import numpy as np
import pytest

from euar.data import load
from euar.resources import resource

CARD = resource("data/README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tweets():
    return load("embedded")


def test_rows_views_and_ratings_are_those_of_the_source(tweets):
    assert len(tweets) == 4200
    assert tweets.in_features == {"sentence": 384, "lexicon": 9, "style": 17}
    assert tweets.ids.tolist() == [f"tweet-{row:04d}" for row in range(1, 4201)]
    assert np.abs(tweets.target).max() <= 3
    assert {view: len(names) for view, names in tweets.meta["columns"].items()} == {"lexicon": 9, "style": 17}


def test_two_pools_of_raters(tweets):
    count, pool = tweets.meta["rater_count"], tweets.meta["pool"]
    assert (np.sum(pool == "20"), np.sum(pool == "96")) == (3200, 1000)
    assert set(count[pool == "20"]) == {20}
    assert (count[pool == "96"].min(), count[pool == "96"].max()) == (92, 99)


def test_means_are_possible_means_of_whole_ratings(tweets):
    """A mean of whole numbers times the number of raters is whole; so is n (n - 1) of their variance."""
    count = tweets.meta["rater_count"]
    total = tweets.target.astype(np.float64) * 4 / 3 * count
    spread = (tweets.target_sd.astype(np.float64) * 4 / 3) ** 2 * (count - 1) * count
    np.testing.assert_allclose(total, np.rint(total), atol=1e-3)
    np.testing.assert_allclose(spread, np.rint(spread), atol=0.02)


def test_no_family_lies_in_two_splits(tweets):
    splits = {family: set(tweets.split[tweets.groups == family]) for family in np.unique(tweets.groups)}
    assert {len(words) for words in splits.values()} == {1}
    shares = [np.mean(tweets.split == word) for word in ("train", "valid", "test")]
    np.testing.assert_allclose(shares, [0.7, 0.1, 0.2], atol=0.015)


def test_neighbours_are_in_one_family_named_after_its_first_tweet(tweets):
    sentence = tweets.modalities["sentence"].astype(np.float64)
    sentence /= np.linalg.norm(sentence, axis=1, keepdims=True)
    left, right = np.nonzero(np.triu(sentence @ sentence.T > 0.9, k=1))
    assert len(left)
    assert (tweets.groups[left] == tweets.groups[right]).all()
    for family in np.unique(tweets.groups):
        assert family == min(tweets.ids[tweets.groups == family])


def test_family_sizes_are_those_on_the_card(tweets):
    _, family, sizes = np.unique(tweets.groups, return_inverse=True, return_counts=True)
    assert (len(sizes), np.sum(sizes > 1), sizes[sizes > 1].sum()) == (3967, 45, 278)
    assert sorted(sizes[sizes > 8]) == [19, 26]
    six_to_eight = (sizes >= 6) & (sizes <= 8)
    assert (six_to_eight.sum(), sizes[six_to_eight].sum()) == (30, 200)
    assert set(tweets.meta["pool"][six_to_eight[family]]) == {"96"}
    assert "3,967 families" in CARD
    assert "45 of them" in CARD


def test_the_file_holds_no_text(tweets):
    words = [*tweets.ids, *tweets.groups, *tweets.split, *tweets.meta["pool"]]
    assert all(re.fullmatch(r"tweet-\d{4}|train|valid|test|20|96", word) for word in words)


def test_the_card_tells_the_hashes_counts_and_columns(tweets):
    assert sha256(resource("data/vader_tweets.h5").read_bytes()).hexdigest() in CARD
    assert tweets.meta["source_sha256"] in CARD
    for word in ("train", "valid", "test"):
        chosen = tweets.split == word
        families = len(np.unique(tweets.groups[chosen]))
        pools = [np.sum(tweets.meta["pool"][chosen] == pool) for pool in ("20", "96")]
        row = " | ".join(f"{number:,}" for number in (chosen.sum(), families, *pools))
        assert f"| {word} | {row} |" in CARD
    for names in tweets.meta["columns"].values():
        assert all(f"| `{name}` |" in CARD for name in names)
