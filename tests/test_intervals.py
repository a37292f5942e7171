"""The t-interval against SciPy's own and against its coverage, and how a table shows it."""

import math

import numpy as np
import pytest
from scipy import stats

from euar.intervals import Interval, t_interval


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


def test_signs_are_shown_scaled_and_rounded():
    effect = Interval(0.0184, -0.0051, 0.0412, 10)
    assert effect.signed() == "+0.018 [-0.005, +0.041]"
    assert effect.signed(1, scale=100) == "+1.8 [-0.5, +4.1]"
    assert effect.signed(digits=1, scale=100, unit="points") == "+1.8 [-0.5, +4.1] points"


def test_what_rounds_to_zero_is_not_below_it():
    assert Interval(-0.0001, -0.01, 0.01, 3).signed(2) == "+0.00 [-0.01, +0.01]"
    assert Interval(2.0, -0.007, 4.1, 3).signed(1) == "+2.0 [-0.0, +4.1]"
    assert Interval(2.0, 0.007, 4.1, 3).signed(1) == "+2.0 [+0.0, +4.1]"
    assert Interval(0.0, -0.0, 0.0, 3).signed(1) == "+0.0 [+0.0, +0.0]"


def test_without_an_interval_the_mean_stands_alone():
    assert t_interval([0.5]).signed(1, unit="s") == "+0.5 s"


def test_one_value_may_have_an_interval_from_elsewhere():
    """As from rows: `n` counts seeds."""
    assert str(Interval(0.5, 0.4, 0.6, 1)) == "0.5, 95 % [0.4, 0.6], n = 1"
    assert Interval(0.5, 0.4, 0.6, 1).signed(1) == "+0.5 [+0.4, +0.6]"
