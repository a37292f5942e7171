"""The t-interval against SciPy's own and against its coverage."""

import math

import numpy as np
import pytest
from scipy import stats

from euar.intervals import t_interval


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
