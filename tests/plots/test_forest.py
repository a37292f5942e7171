"""Rows show their seeds, their mean and its interval, each at its place."""

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer

from euar.intervals import Interval, t_interval
from euar.plots.forest import by_system, estimate, forest, limits_of
from euar.plots.style import appearance
from tests.drawing import drawn

ROWS = {"one": {"a": [0.1, 0.3], "b": Interval(0.5, 0.4, 0.7, 9)}, "two": {"b": [-0.2, 0.0]}}


@pytest.fixture
def ax():
    return drawn(forest(ROWS, "gain", lines={"nothing": 0}, limits=(-1, 1)))[0]


def marks(ax):
    return [bar for bar in ax.containers if isinstance(bar, ErrorbarContainer)]


def dots(ax):
    return [list(line.get_xdata()) for line in ax.lines if line.get_markersize() == 3]


def test_means_have_their_intervals(ax):
    first, second, third = marks(ax)
    assert [mark.lines[0].get_xdata()[0] for mark in (first, second, third)] == pytest.approx(
        [0.2, 0.5, -0.1]
    )
    np.testing.assert_allclose(second.lines[2][0].get_segments()[0][:, 0], [0.4, 0.7])
    np.testing.assert_allclose(first.lines[2][0].get_segments()[0][:, 0], t_interval([0.1, 0.3])[1:3])


def test_each_seed_is_a_dot_and_a_ready_interval_has_none(ax):
    assert dots(ax) == [[0.1, 0.3], [], [-0.2, 0.0]]


def test_rows_go_down_and_series_stand_below_each_other_in_their_row(ax):
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "two"]
    assert ax.yaxis_inverted()
    a, b, lone = (mark.lines[0].get_ydata()[0] for mark in marks(ax))
    assert -0.5 < a < 0 < b < 0.5
    assert lone == 1


def test_reference_lines_and_limits(ax):
    (line,) = [line for line in ax.lines if line.get_label() == "nothing"]
    assert list(line.get_xdata()) == [0, 0]
    assert (ax.get_xlabel(), ax.get_xlim()) == ("gain", (-1, 1))
    assert [text.get_text() for text in ax.figure.legends[0].get_texts()] == ["nothing", "a", "b"]


def test_systems_have_their_look_and_need_no_legend():
    made = by_system({"ridge": [0.4], "EUAR": [0.3, 0.5]}, "MAE", (0, 1))
    (ax,) = drawn(made)
    looks = [(mark.lines[0].get_color(), mark.lines[0].get_marker()) for mark in marks(ax)]
    assert looks == [appearance("ridge"), appearance("EUAR")]
    assert dots(ax) == [[], [0.3, 0.5]]
    assert (made.legends, ax.get_xlim()) == ([], (0, 1))


def test_a_logarithmic_axis_takes_the_mean_of_the_logarithms():
    (ax,) = drawn(forest({"one": {"a": [0.1, 10]}}, "factor", scale="log"))
    assert ax.get_xscale() == "log"
    assert marks(ax)[0].lines[0].get_xdata()[0] == pytest.approx(1)


def test_limits_hold_every_seed_and_interval_of_the_pictures_that_are_compared():
    low, high = limits_of([[0.1, 0.3], Interval(0.5, 0.4, 0.7, 9), [2.5]])
    ends = t_interval([0.1, 0.3])
    assert (low, high) == pytest.approx((ends.low - 0.05 * (2.5 - ends.low), 2.5 + 0.05 * (2.5 - ends.low)))
    assert limits_of([[0.0] * 9 + [1.0]])[1] > 1  # a seed outside of its interval


def test_an_estimate_of_one_value_has_no_interval():
    found, seeds = estimate([2.0])
    assert found.mean == 2
    assert np.isnan([found.low, found.high]).all()
    assert seeds == []
