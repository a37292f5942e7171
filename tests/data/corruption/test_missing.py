"""Missing sets: exact rates, no bare row, and no dependence on order, against brute force and binomials."""

import subprocess
import sys
from itertools import chain, combinations

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from euar.data import DataError
from euar.data.corruption import missing_sets, modality_dropout, random_missing, with_available
from tests.data.rows import ROWS, make

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


def test_it_does_not_depend_on_order():
    there = random_missing(IDS, NAMES, 0.4, seed=0)
    order = np.random.default_rng(0).permutation(len(IDS))
    again = random_missing([IDS[row] for row in order], NAMES[::-1], 0.4, seed=0)
    for name in NAMES:
        assert np.array_equal(there[name][order], again[name])


def test_another_process_draws_the_same():
    code = (
        "from euar.data.corruption import random_missing as r;"
        "print(sum(int(b) << i for i, b in enumerate(r(list('abcdefgh'), ['x', 'y'], .5, 7)['x'])))"
    )
    here = random_missing(list("abcdefgh"), ["x", "y"], 0.5, 7)["x"]
    expected = sum(int(there) << bit for bit, there in enumerate(here))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(done.stdout) == expected


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
    """One modality of a row, drawn uniformly, is safe; the others are missing with rate M / (M - 1)."""
    there = matrix(random_missing(IDS, NAMES, 0.3, seed=2))
    both = np.sum((~there).sum(axis=1) == 2)
    drop = 0.3 * 3 / 2
    assert binomtest(int(both), len(IDS), drop**2).pvalue > 1e-3


@pytest.mark.parametrize("rate", [-0.1, 0.67, 0.7, 1.0, np.nan])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(DataError, match="keeps one of its 3 modalities"):
        random_missing(IDS, NAMES, rate, 0)


def test_an_id_twice_is_refused():
    with pytest.raises(DataError, match="each id once"):
        random_missing(["a", "a"], NAMES, 0.1, 0)


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


def test_with_available_takes_away_and_never_gives():
    data = make()
    mask = np.arange(ROWS) > 2
    found = with_available(data, {"audio": mask}).available
    assert np.array_equal(found["audio"], data.available["audio"] & mask)
    assert np.array_equal(found["text"], data.available["text"])


def test_with_available_refuses_bare_rows_and_unknown_names():
    with pytest.raises(DataError, match="a modality in every row"):
        with_available(make(), {"text": np.zeros(ROWS, dtype=bool), "audio": np.zeros(ROWS, dtype=bool)})
    with pytest.raises(DataError, match="'video'"):
        with_available(make(), {"video": np.ones(ROWS, dtype=bool)})
