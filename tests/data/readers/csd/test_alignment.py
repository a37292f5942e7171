"""Alignment by time, compared with loops over all pairs."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from euar.data.readers.csd import _alignment

quick = settings(max_examples=200, derandomize=True, deadline=None, database=None)


@st.composite
def intervals(draw, most: int):
    """Intervals on a coarse grid, so that ends often meet; some have no length."""
    pairs = st.tuples(st.integers(0, 20), st.integers(0, 6))
    found = draw(st.lists(pairs, max_size=most))
    return np.array([(start, start + length) for start, length in found], dtype=float).reshape(-1, 2) / 4


@st.composite
def frames(draw):
    """Frames whose starts and ends do not decrease, with two columns of values."""
    found = draw(intervals(12))
    found = np.sort(found, axis=0)
    seed = draw(st.integers(0, 2**32 - 1))
    return found, np.random.default_rng(seed).normal(size=(len(found), 2))


@quick
@given(words=intervals(8), drawn=frames())
def test_a_mean_is_over_the_frames_that_overlap(words, drawn):
    times, values = drawn
    means, counts = _alignment.mean_over(words, times, values)
    assert means.shape == (len(words), 2)
    for (start, end), mean, count in zip(words, means, counts, strict=True):
        inside = [row for row, (a, b) in enumerate(times) if a < end and b > start]
        assert count == len(inside)
        assert mean == pytest.approx(values[inside].mean(axis=0) if inside else np.zeros(2), abs=1e-12)


@quick
@given(words=intervals(8), drawn=frames(), data=st.data())
def test_nan_in_one_frame_is_in_the_means_of_its_words_alone(words, drawn, data):
    times, values = drawn
    assume(len(times))
    expected, _ = _alignment.mean_over(words, times, values)
    row = data.draw(st.integers(0, len(times) - 1))
    values[row, 0] = np.nan
    means, _ = _alignment.mean_over(words, times, values)
    poisoned = np.array([times[row, 0] < end and times[row, 1] > start for start, end in words], dtype=bool)
    assert np.array_equal(np.isnan(means[:, 0]), poisoned)
    assert np.array_equal(means[~poisoned], expected[~poisoned])
    assert np.array_equal(means[:, 1], expected[:, 1])


def test_what_is_not_finite_stays_in_its_word():
    times = np.array([[0, 1], [1, 2], [2, 3], [3, 4]], dtype=float)
    values = np.array([[-np.inf], [2.0], [np.inf], [np.nan]])
    words = np.array([[0.0, 2.0], [1.0, 2.0], [2.0, 3.0], [3.5, 4.0], [0.0, 3.0]])
    means, _ = _alignment.mean_over(words, times, values)
    assert np.array_equal(means[:, 0], [-np.inf, 2.0, np.inf, np.nan, np.nan], equal_nan=True)


@quick
@given(segments=intervals(6), words=intervals(10))
def test_a_segment_has_the_words_whose_middle_lies_in_it(segments, words):
    found = _alignment.members(segments, words)
    assert len(found) == len(segments)
    for (start, end), rows in zip(segments, found, strict=True):
        middles = [(a + b) / 2 for a, b in words]
        assert sorted(rows) == [row for row, middle in enumerate(middles) if start <= middle < end]
        assert [middles[row] for row in rows] == sorted(middles[row] for row in rows)
