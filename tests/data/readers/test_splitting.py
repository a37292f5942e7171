"""The drawn split: shares, strata, groups kept whole, and what it depends on."""

import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euar.data import DataError
from euar.data.readers import splitting

PATH = Path("labels.csv")
SHARES = {"train": 0.7, "valid": 0.1, "test": 0.2}


def shares(split) -> dict[str, float]:
    return {word: float(np.mean(split == word)) for word in SHARES}


@st.composite
def rows(draw):
    """Targets of either kind and groups of 1 to 8 rows."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, draw(st.integers(2, 9)), size=draw(st.integers(60, 120)))
    groups = np.repeat([f"g{number}" for number in rng.permutation(len(sizes))], sizes)
    target = rng.integers(0, 3, len(groups)) if draw(st.booleans()) else rng.normal(size=len(groups))
    return target, groups, seed


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(rows())
def test_no_group_is_parted_and_shares_are_70_10_20(drawn):
    target, groups, seed = drawn
    split = splitting.assign(PATH, target, groups, seed)
    for group in np.unique(groups):
        assert len(set(split[groups == group])) == 1
    assert shares(split) == pytest.approx(SHARES, abs=0.05)


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(rows())
def test_the_order_of_the_rows_does_not_matter(drawn):
    target, groups, seed = drawn
    order = np.random.default_rng(seed).permutation(len(groups))
    split = splitting.assign(PATH, target, groups, seed)
    assert np.array_equal(splitting.assign(PATH, target[order], groups[order], seed), split[order])


def test_classes_have_their_shares_in_every_part():
    target = np.repeat([0, 1, 2], [600, 300, 100])
    split = splitting.assign(PATH, target, [f"id{row}" for row in range(1000)])
    for word, share in SHARES.items():
        counts = np.bincount(target[split == word])
        assert np.abs(counts - share * np.array([600, 300, 100])).max() <= 2


def test_ratings_have_the_same_quantiles_in_every_part():
    target = np.random.default_rng(0).gamma(2.0, size=2000)
    split = splitting.assign(PATH, target, [f"id{row}" for row in range(2000)])
    for cut in np.quantile(target, [0.2, 0.4, 0.6, 0.8]):
        below = [np.mean(target[split == word] < cut) for word in SHARES]
        assert np.ptp(below) < 0.01


def test_ratings_in_strata_are_spread_better_than_by_chance():
    target = np.arange(50.0)
    split = splitting.assign(PATH, target, [f"id{row}" for row in range(50)])
    assert [int(np.sum(split[low : low + 10] == "valid")) for low in range(0, 50, 10)] == [1] * 5


def test_the_seed_changes_the_split_and_the_same_seed_gives_it_again():
    target, ids = np.arange(100) % 2, [f"id{row}" for row in range(100)]
    first, again, other = (splitting.assign(PATH, target, ids, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.dtype.kind == "U"


@pytest.mark.parametrize("kind", [float, np.int64])
def test_ten_rows_are_enough(kind):
    split = splitting.assign(PATH, np.zeros(10, dtype=kind), [f"id{row}" for row in range(10)])
    assert sorted(split) == ["test"] * 2 + ["train"] * 7 + ["valid"]


@pytest.mark.parametrize("count", [12, 25, 37])
def test_few_ratings_get_fewer_strata(count):
    split = splitting.assign(PATH, np.linspace(-1, 1, count), [f"id{row}" for row in range(count)])
    assert shares(split) == pytest.approx(SHARES, abs=0.15)


def test_rare_classes_are_no_reason_to_refuse_or_to_warn():
    target = np.array([0] * 10 + list(range(1, 20)))
    split = splitting.assign(PATH, target, [f"id{row}" for row in range(len(target))])
    assert set(split) == set(SHARES)


@pytest.mark.parametrize(
    ("target", "groups", "expected", "found"),
    [
        (np.zeros(40), [f"g{row % 9}" for row in range(40)], "at least 10 groups", "9"),
        (np.arange(12) % 3, [f"id{row}" for row in range(12)], "at least 10 rows of one class", "4"),
    ],
)
def test_too_few_are_refused(target, groups, expected, found):
    with pytest.raises(DataError, match=expected) as caught:
        splitting.assign(PATH, target, groups)
    assert caught.value.field == "split"
    assert caught.value.found == found


def test_without_scikit_learn_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.model_selection", None)
    with pytest.raises(DataError, match=r'pip install "euar\[cli\]"'):
        splitting.assign(PATH, np.zeros(10), [f"id{row}" for row in range(10)])


def test_scikit_learn_is_not_imported_before_it_is_needed():
    code = "import sys, euar.data.readers.splitting; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_many_groups_are_drawn_in_linear_time_alike_in_classes_and_never_parted():
    rng = np.random.default_rng(0)
    groups = rng.permutation(np.repeat(np.arange(40_000), rng.integers(1, 4, 40_000)))
    target = rng.choice(3, len(groups), p=(0.1, 0.2, 0.7))
    names = [f"g{group}" for group in groups]
    start = time.process_time()
    split = splitting.assign(PATH, target, names)
    assert time.process_time() - start < 5
    first = {}
    assert all(first.setdefault(name, word) == word for name, word in zip(names, split, strict=True))
    for label in range(3):
        assert shares(split[target == label]) == pytest.approx(SHARES, abs=0.02)
    order = rng.permutation(len(groups))
    again = splitting.assign(PATH, target[order], [names[row] for row in order])
    assert np.array_equal(again, split[order])
    assert not np.array_equal(splitting.assign(PATH, target, names, seed=1), split)


def test_many_classes_of_many_groups_take_little_memory():
    target = np.r_[np.zeros(20, dtype=np.int64), np.arange(20_000)]
    tracemalloc.start()
    try:
        split = splitting.assign(PATH, target, [f"id{row}" for row in range(len(target))])
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
    assert shares(split) == pytest.approx(SHARES, abs=0.01)
