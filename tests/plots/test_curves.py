"""Lines, rings and points stand where their numbers say."""

import numpy as np
import pytest
import torch
from matplotlib.container import ErrorbarContainer

from euar.intervals import Interval
from euar.plots.curves import curve_panels, learning_curves, over_numbers, over_values, points_and_lines
from tests.drawing import drawn


def heights(ax):
    return [list(line.get_ydata()) for line in ax.lines]


def told(made):
    return [text.get_text() for text in made.legends[0].get_texts()]


def rings(ax):
    return [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if line.get_markerfacecolor() == "none"
    ]


def test_every_seed_is_a_thin_line_and_their_mean_a_thick_one():
    panels = {"left": {"s": torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])}, "right": {"t": [5, 6, 7]}}
    made = curve_panels(panels, [0, 10, 20], label="step")
    left, right = drawn(made)
    assert heights(left) == [[1, 2, 3], [3, 2, 1], [2, 2, 2]]
    assert heights(right) == [[5, 6, 7]]
    assert list(right.lines[0].get_xdata()) == [0, 10, 20]
    assert left.lines[0].get_linewidth() < left.lines[2].get_linewidth()
    assert (left.get_title(), left.get_xlabel(), told(made)) == ("left", "step", ["s", "t"])
    assert left.get_ylim() != right.get_ylim()


def test_series_differ_in_dash_and_marker_and_a_lone_one_has_no_legend():
    (ax,) = drawn(curve_panels({"": {"a": [1, 2], "b": [2, 1]}}))
    assert (
        len({line.get_linestyle() for line in ax.lines}) == len({line.get_marker() for line in ax.lines}) == 2
    )
    assert curve_panels({"": {"": [1, 2]}}).legends == []


def test_a_common_unit_gives_panels_a_common_axis():
    left, right = drawn(curve_panels({"l": {"": [1, 2]}, "r": {"": [1, 9]}}, unit="MAE", yscale="log"))
    assert (left.get_ylabel(), left.get_yscale()) == ("MAE", "log")
    assert left.get_ylim() == right.get_ylim()


def test_rings_mark_one_epoch_of_a_line_or_one_of_each_seed():
    panels = {"one": {"a": [3, 1, 2], "b": [[4, 5, 6], [7, 8, 9]]}, "two": {"a": [1, 2, 3]}}
    one, two = drawn(curve_panels(panels, rings={"one": {"a": 2, "b": [3, 1]}}))
    assert rings(one) == [(2, 1), (3, 6), (1, 7)]
    assert rings(two) == []


def test_few_sizes_are_the_ticks_of_a_logarithmic_axis_and_many_have_round_ones():
    (ax,) = drawn(curve_panels({"": {"": [1, 2, 3]}}, [1, 16, 883], xscale="log"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "16", "883"]
    (ax,) = drawn(curve_panels({"": {"": np.arange(30)}}, xscale="log"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "5", "10", "20"]


def test_a_gap_stays_a_gap():
    (ax,) = drawn(curve_panels({"": {"a": [[np.nan, 1.0], [np.nan, 3.0]]}}, [0.0, 0.5]))
    np.testing.assert_array_equal(ax.lines[-1].get_ydata(), [np.nan, 2])


def test_learning_curves_draw_every_seed_and_ring_the_kept_epoch():
    def history(valid):
        return [{"task": 1 / (i + 1), "valid_mae": value} for i, value in enumerate(valid)]

    made = learning_curves({3: history([0.5, 0.4, 0.6]), 7: history([0.7, 0.8, 0.9])}, {3: 2, 7: 1})
    left, right = drawn(made)
    assert heights(left) == [[1, 0.5, 1 / 3]] * 2
    assert rings(right) == [(2, 0.4), (1, 0.7)]
    assert told(made) == ["seed 3", "seed 7"]


def test_measured_points_and_their_formula_have_one_colour():
    made = points_and_lines(
        [0.1, 1], {"a": [[1, 2], [3, 4]], "b": [7, 8]}, {"a": [5, 6]}, "x", "y", yscale="log"
    )
    (ax,) = drawn(made)
    assert heights(ax) == [[5, 6], [1, 2], [3, 4], [7, 8]]
    assert [line.get_linestyle() for line in ax.lines] == ["-", "None", "None", "None"]
    line, first, second, other = (line.get_color() for line in ax.lines)
    assert line == first == second != other
    assert told(made) == ["a: formula", "a: measured", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("x", "y", "log")


@pytest.fixture
def numbers():
    series = {"ridge": {1000: [0.9], 100: [1.0]}, "ours": {100: [0.8, 1.0], 1000: Interval(0.6, 0.5, 0.8, 3)}}
    return drawn(over_numbers(series, "training rows", "MAE"))[0]


def test_means_over_numbers_are_joined_in_order_and_have_intervals(numbers):
    ridge, ours = (bar for bar in numbers.containers if isinstance(bar, ErrorbarContainer))
    assert list(ridge.lines[0].get_ydata()) == [1.0, 0.9]
    assert list(ours.lines[0].get_ydata()) == pytest.approx([0.9, 0.6])
    np.testing.assert_allclose(ours.lines[2][0].get_segments()[1][:, 1], [0.5, 0.8])
    assert ridge.lines[0].get_xdata()[0] < 100 < ours.lines[0].get_xdata()[0]  # side by side


def test_seeds_over_numbers_are_dots_and_one_value_is_none(numbers):
    dots = [list(line.get_ydata()) for line in numbers.lines if line.get_markersize() == 3]
    assert dots == [[], [], [0.8, 1.0], []]


def test_numbers_are_the_ticks(numbers):
    assert (numbers.get_xlabel(), numbers.get_ylabel(), numbers.get_xscale()) == (
        "training rows",
        "MAE",
        "log",
    )
    assert [label.get_text() for label in numbers.get_xticklabels()] == ["100", "1,000"]


def test_over_values_the_mean_over_seeds_stands_at_each():
    kept = np.array([[0.9, 0.5, 0.2], [0.7, 0.5, 0.4]])
    (ax,) = drawn(over_values({"kept": {"style": kept}}, [0, 0.1, 3], "lambda"))
    assert any(np.allclose(line.get_ydata(), [0.8, 0.5, 0.3]) for line in ax.lines)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "0.1", "3"]
    assert ax.get_xlabel() == "lambda"
