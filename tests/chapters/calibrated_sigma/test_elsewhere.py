"""Texts of other kinds take the place of the tweets' test rows, and of nothing else."""

import numpy as np
import pytest

from euar.chapters.calibrated_sigma import elsewhere as module
from euar.chapters.calibrated_sigma.elsewhere import elsewhere
from euar.chapters.calibrated_sigma.measure import KnowingTweets, _hit
from euar.data import DataError, load


@pytest.fixture(scope="module")
def tweets():
    return load("embedded")


@pytest.fixture(scope="module")
def others(tweets):
    return elsewhere(tweets)


def test_training_and_validation_stay_as_they_are(tweets, others):
    assert set(others) == {"movies", "goods", "editorials"}
    for test in others.values():
        for split in ("train", "valid"):
            found, expected = test.subset(split=split), tweets.subset(split=split)
            assert found.ids.tolist() == expected.ids.tolist()
            np.testing.assert_array_equal(found.target, expected.target)
            np.testing.assert_array_equal(found.target_sd, expected.target_sd)
            for m, x in expected.modalities.items():
                np.testing.assert_array_equal(found.modalities[m], x)


def test_the_test_rows_are_of_one_kind(others):
    for kind, test in others.items():
        ids = test.ids[test.split == "test"]
        assert len(set(ids)) == 800 and all(name.startswith(f"{kind}-") for name in ids)


def test_no_row_of_another_kind_counts_as_hit(tweets, others):
    assert _hit(tweets, others["goods"]) == {}


def test_rows_that_were_not_measured_on_are_refused(tweets, monkeypatch):
    monkeypatch.setattr(module, "_SHA256", "0" * 64)
    with pytest.raises(DataError, match="vader_others"):
        elsewhere(tweets)


def test_every_kind_is_asked_for_its_raters(tweets):
    one = KnowingTweets(system="heteroscedastic")
    tests, model = one.tests(tweets), one.config(tweets).build()
    assert set(tests) == {"movies", "goods", "editorials", *(f"without {m}" for m in tweets.modalities)}
    trial = one._tried(tweets, tests["goods"], model)
    assert set(trial["raters"]) == {"all"} and "conformal" in trial and "auroc" not in trial
