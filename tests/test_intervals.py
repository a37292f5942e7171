"""The t-interval against SciPy's own and against its coverage, and how a table shows it."""

import doctest
import math

import numpy as np
import pytest
from scipy import stats

from euar import intervals
from euar.intervals import Interval, detectable, mean_of_samples, stouffer, t_interval


def test_interval_is_scipys():
    values = [0.31, 0.29, 0.35, 0.30, 0.28]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    interval = t_interval(values)
    assert interval.mean == pytest.approx(np.mean(values))
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_ninety_five_of_a_hundred_intervals_cover_the_truth():
    draws = np.random.default_rng(0).normal(1.5, 2.0, size=(2000, 4))
    covered = np.mean([interval.low <= 1.5 <= interval.high for interval in map(t_interval, draws)])
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 2000))


def test_one_value_has_no_interval():
    interval = t_interval([0.5])
    assert math.isnan(interval.low)
    assert str(interval) == "0.5, no interval from one value, n = 1"


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_values_must_be_there_and_finite(values):
    with pytest.raises(ValueError, match="expected finite numbers"):
        t_interval(values)


@pytest.mark.parametrize("n", [5, 10, 20])
def test_a_detectable_difference_is_found_in_four_of_five_tries(n):
    draws = np.random.default_rng(0).normal(size=(4000, n))
    truth = detectable((draws[0] - draws[0].mean()) / draws[0].std(ddof=1))  # a spread of one
    found = stats.ttest_1samp(draws + truth, 0, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.03)


def test_one_value_detects_nothing():
    assert math.isnan(detectable([0.5]))


def test_the_mean_of_two_samples_is_welchs():
    a, b = np.random.default_rng(0).normal(1, 1, 5), np.random.default_rng(1).normal(1, 3, 9)
    expected = stats.ttest_ind(a, -b, equal_var=False).confidence_interval(0.95)
    found = mean_of_samples([a, b])
    assert (found.low, found.high) == pytest.approx((expected.low / 2, expected.high / 2))
    assert found.n == 2


def test_p_values_are_combined_by_their_scores():
    samples = np.random.default_rng(0).normal(0.4, 1.0, size=(3, 6))
    t = samples.mean(axis=1) / (samples.std(axis=1, ddof=1) / math.sqrt(6))
    z = stats.norm.ppf(stats.t.cdf(t, 5)).sum() / math.sqrt(3)
    assert stouffer(samples) == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert stouffer(-samples) == pytest.approx(stouffer(samples))


def test_signs_are_shown_scaled_and_rounded():
    effect = Interval(0.0184, -0.0051, 0.0412, 10)
    assert effect.signed() == "+0.018 [-0.005, +0.041]"
    assert effect.signed(1, scale=100) == "+1.8 [-0.5, +4.1]"
    assert effect.signed(digits=1, scale=100, unit="points") == "+1.8 [-0.5, +4.1] points"


def test_what_rounds_to_zero_is_not_below_it():
    assert Interval(-0.0001, -0.01, 0.01, 3).signed(2) == "+0.00 [-0.01, +0.01]"


def test_without_an_interval_the_mean_stands_alone():
    assert t_interval([0.5]).signed(1, unit="s") == "+0.5 s"


def test_one_value_may_have_an_interval_from_elsewhere():
    """As from rows: `n` counts seeds."""
    assert str(Interval(0.5, 0.4, 0.6, 1)) == "0.5, 95 % [0.4, 0.6], n = 1"
    assert Interval(0.5, 0.4, 0.6, 1).signed(1) == "+0.5 [+0.4, +0.6]"


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(intervals).failed == 0
