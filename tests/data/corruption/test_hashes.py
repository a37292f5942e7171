"""Numbers from names: one row an id, uniform, and never the same for two keys."""

import numpy as np
from scipy.stats import kstest

from euar.data.corruption import _hashes
from tests.data.corruption import slow

IDS = [f"clip-{row}é" for row in range(2000)]


def test_each_id_has_its_own_row_as_hashed_alone():
    found = _hashes.numbers(3, IDS[:50], "what", 7)
    assert found.tolist() == [slow.numbers(3, "what", 7, id) for id in IDS[:50]]
    assert np.array_equal(_hashes.numbers(3, IDS[20:30], "what", 7), found[20:30])


def test_keys_that_read_alike_when_joined_differ():
    keys = [("ab", "c"), ("a", "bc"), ("abc",), ("a", "b", "c")]
    drawn = {_hashes.numbers(1, ["x"], *key)[0, 0] for key in keys}
    drawn |= {_hashes.numbers(1, ["cx"], "ab")[0, 0], _hashes.numbers(1, ["x"], "ab")[0, 0]}
    assert len(drawn) == 6
    assert len({_hashes.generator(*key).random() for key in keys}) == 4


def test_fractions_are_uniform_below_one():
    found = _hashes.fractions(IDS, "u")
    assert found.shape == (len(IDS),)
    assert found.min() >= 0
    assert found.max() < 1
    assert kstest(found, "uniform").pvalue > 1e-3


def test_no_ids_give_no_rows():
    assert _hashes.numbers(2, [], "what").shape == (0, 2)
