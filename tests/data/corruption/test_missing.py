"""Missing sets: exact rates, no bare row, and no dependence on order, against brute force and binomials."""

from itertools import chain, combinations

import numpy as np
import pytest
from scipy.stats import chisquare

from euar.data import DataError
from euar.data.corruption import missing_sets, modality_dropout, random_missing, with_available, withheld
from tests.data.corruption import slow
from tests.data.rows import ROWS, make
from tests.training.tiny import dataset

NAMES = ["text", "audio", "vision"]
IDS = [f"clip-{row}" for row in range(3001)]
RATES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 2 / 3]


def matrix(available):
    return np.stack([available[name] for name in NAMES], axis=1)


def test_fixed_sets_are_those_of_the_paper():
    subsets = chain.from_iterable(combinations(NAMES, size) for size in (1, 2, 3))
    assert missing_sets(NAMES) == list(subsets)
    assert len(missing_sets("abcd")) == 15


@pytest.mark.parametrize("rate", RATES)
def test_the_rate_is_exact_and_no_row_is_bare(rate):
    there = matrix(random_missing(IDS, NAMES, rate, seed=3))
    assert np.sum(~there) == round(rate * there.size)
    assert there.any(axis=1).all()


@pytest.mark.parametrize(("names", "rate"), [("ab", 0.5), (NAMES, 0.35), (NAMES, 2 / 3), ("dcba", 0.6)])
def test_the_slots_are_those_of_a_loop_over_ids(names, rate):
    there = random_missing(IDS[:101], names, rate, seed=4)
    missing = {(id, name) for name in names for row, id in enumerate(IDS[:101]) if not there[name][row]}
    assert list(there) == list(names)
    assert missing == slow.random_missing(IDS[:101], names, rate, seed=4)


def test_it_does_not_depend_on_order():
    there = random_missing(IDS, NAMES, 0.4, seed=0)
    order = np.random.default_rng(0).permutation(len(IDS))
    again = random_missing([IDS[row] for row in order], NAMES[::-1], 0.4, seed=0)
    for name in NAMES:
        assert np.array_equal(there[name][order], again[name])


def test_seeds_differ_and_modalities_are_alike():
    masks = [matrix(random_missing(IDS, NAMES, 0.3, seed)) for seed in range(5)]
    assert not np.array_equal(masks[0], masks[1])
    missing = sum(np.sum(~mask, axis=0) for mask in masks)
    assert chisquare(missing).pvalue > 1e-3


def test_at_the_highest_rate_each_row_keeps_one_of_each_alike():
    there = matrix(random_missing(IDS, NAMES, 2 / 3, seed=1))
    assert (there.sum(axis=1) == 1).all()
    assert chisquare(there.sum(axis=0)).pvalue > 1e-3


def test_what_can_be_dropped_is_dropped_alike():
    """One modality of a row, drawn uniformly, is safe; the others are missing with q = rate M / (M - 1)."""
    there = matrix(random_missing(IDS, NAMES, 0.3, seed=2))
    q = 0.3 * 3 / 2
    single, pair, whole = q**2 / 3, 2 * q * (1 - q) / 3, (1 - q) ** 2  # share of each set of that size
    expected = [single, single, pair, single, pair, pair, whole]  # bit i of 1..7: modality i is there
    counts = np.bincount(there @ [1, 2, 4], minlength=8)[1:]
    assert chisquare(counts, np.array(expected) * len(IDS)).pvalue > 1e-3


@pytest.mark.parametrize("rate", [-0.1, 0.67, 0.7, 1.0, np.nan])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(DataError, match="keeps one of its 3 modalities"):
        random_missing(IDS, NAMES, rate, 0)


@pytest.mark.parametrize(
    ("ids", "names", "words"),
    [
        (["b", "a", "a"], NAMES, "ids: expected each once, found 'a' 2 times"),
        (["a", "b"], ["x", "x"], "names: expected each once, found 'x' 2 times"),
        (["a", "b"], [], "names: expected names of letters"),
    ],
)
def test_what_stands_twice_and_no_names_are_refused(ids, names, words):
    with pytest.raises(DataError, match=words) as caught:
        random_missing(ids, names, 0.1, 0)
    assert all(caught.value.args)


def test_no_ids_give_empty_masks():
    assert [mask.shape for mask in random_missing([], NAMES, 0.3, 0).values()] == [(0,)] * 3


def test_dropout_draws_every_set_of_what_is_there_alike():
    available = {name: np.ones(len(IDS), dtype=bool) for name in NAMES}
    available["audio"][::2] = False
    shown = matrix(modality_dropout(IDS, available, epoch=0, seed=0))
    assert not (shown & ~matrix(available)).any()
    assert shown.any(axis=1).all()
    for rows, sets in ((slice(0, None, 2), 3), (slice(1, None, 2), 7)):
        _, counts = np.unique(shown[rows] @ [1, 2, 4], return_counts=True)
        assert len(counts) == sets
        assert chisquare(counts).pvalue > 1e-3


def test_dropout_shows_what_a_loop_over_ids_shows():
    rng = np.random.default_rng(5)
    available = {name: rng.random(200) < 0.6 for name in "cab"} | {"d": np.ones(200, dtype=bool)}
    shown = modality_dropout(IDS[:200], available, epoch=3, seed=9)
    assert list(shown) == list(available)
    for row, id in enumerate(IDS[:200]):
        have = {name for name in available if available[name][row]}
        assert {name for name in shown if shown[name][row]} == slow.modality_dropout(id, have, 3, 9)


def test_dropout_depends_on_id_epoch_and_seed_not_on_the_batch():
    available = {name: np.ones(len(IDS), dtype=bool) for name in NAMES}
    whole = matrix(modality_dropout(IDS, available, epoch=1, seed=0))
    part = {name: mask[100:200] for name, mask in available.items()}
    assert np.array_equal(matrix(modality_dropout(IDS[100:200], part, epoch=1, seed=0)), whole[100:200])
    for epoch, seed in ((2, 0), (1, 1)):
        assert not np.array_equal(matrix(modality_dropout(IDS, available, epoch, seed)), whole)


def test_dropout_of_a_bare_row_is_refused():
    with pytest.raises(DataError, match="none in row 1"):
        modality_dropout(["a", "b"], {"x": np.array([True, False])}, 0, 0)


@pytest.mark.parametrize(
    ("available", "words"),
    [
        ({"x": np.ones(3, dtype=bool)}, r"bool of shape \(2,\), found bool of shape \(3,\)"),
        ({"x": np.ones(1, dtype=bool)}, r"found bool of shape \(1,\)"),
        ({"x": np.ones(2, dtype=int)}, "found int64"),
        ({}, "available: expected names of letters"),
    ],
)
def test_dropout_refuses_masks_that_do_not_fit(available, words):
    with pytest.raises(DataError, match=words) as caught:
        modality_dropout(["a", "b"], available, 0, 0)
    assert all(caught.value.args)


def test_with_available_takes_away_and_never_gives():
    data = make()
    mask = np.arange(ROWS) > 0
    found = with_available(data, {"audio": mask}).available
    assert found["audio"].tolist() == [False, False] + [True] * (ROWS - 2)  # row 1 had none before
    assert np.array_equal(found["text"], data.available["text"])
    assert data.available["audio"][0]


def test_standardized_features_of_what_was_taken_away_are_zero():
    mask = np.isin(np.arange(ROWS), [0, 4, 9], invert=True)
    data = with_available(make(), {"text": mask}).standardize()
    assert not data.modalities["text"][~mask].any()
    assert data.modalities["text"][mask].any(axis=1).all()


def test_with_available_refuses_bare_rows_and_unknown_names():
    with pytest.raises(DataError, match="a modality in every row"):
        with_available(make(), {"text": np.zeros(ROWS, dtype=bool), "audio": np.zeros(ROWS, dtype=bool)})
    with pytest.raises(DataError, match="'video'"):
        with_available(make(), {"video": np.ones(ROWS, dtype=bool)})


@pytest.mark.parametrize("mask", [np.ones(ROWS + 1, dtype=bool), np.ones(1, dtype=bool), np.ones(ROWS)])
def test_with_available_refuses_masks_that_do_not_fit(mask):
    with pytest.raises(DataError, match=rf"bool of shape \({ROWS},\)"):
        with_available(make(), {"text": mask})


def test_test_rows_lose_a_modality_where_they_have_another():
    data = dataset()
    kept = withheld(data, "a")
    assert list(kept) == ["a"]
    test, b = data.split == "test", data.available["b"]
    assert np.array_equal(kept["a"], ~(test & b))
    assert withheld(data, "a", among=["a"])["a"].all()  # there is no other
