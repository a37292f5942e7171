"""What the pictures of the KL term show: read back from the artists."""

import numpy as np

from euar.chapters.kl_regularisation import pictures as plots
from tests.drawing import drawn


def heights(ax):
    return [list(line.get_ydata()) for line in ax.lines]


def test_a_landscape_marks_its_lowest_point_and_the_line_of_unit_mean_square():
    mean, variance = np.geomspace(0.1, 10, 20), np.geomspace(0.01, 2, 15)
    loss = np.add.outer(variance, mean)
    ax, bar = drawn(plots.landscape(mean, variance, loss, (0.5, 0.75), "a = 1"))
    circle, lowest = ax.lines
    np.testing.assert_allclose(circle.get_xdata() ** 2 + circle.get_ydata(), 1)
    assert (list(lowest.get_xdata()), list(lowest.get_ydata())) == ([0.5], [0.75])
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert ax.get_title() == "a = 1"
    assert next(text.get_text() for text in bar.get_yticklabels()) == "$10^{-9}$"


def test_epochs_count_from_zero_and_show_the_selected_one_of_each_seed():
    groups = {
        "s": {"chosen": [[1, 2, 3], [1, 1, 1]], "others": [[1, 4, 5], [1, 6, 7]]},
        "w": {"w": [[3, 2, 1]] * 2},
    }
    left, right = drawn(plots.over_epochs(groups, [2, 1], {"s": (0, 8), "w": (0.1, 4)}))
    assert heights(left) == [
        [1, 2, 3],
        [1, 1, 1],
        [1, 1.5, 2],
        [3],
        [1],
        [1, 4, 5],
        [1, 6, 7],
        [1, 5, 6],
        [5],
        [6],
    ]
    assert list(left.lines[0].get_xdata()) == [0, 1, 2]
    assert [line.get_xdata()[0] for line in left.lines if len(line.get_xdata()) == 1] == [2, 1, 2, 1]
    assert (left.get_yscale(), right.get_yscale(), left.get_ylim()) == ("linear", "log", (0, 8))


def test_weights_are_logarithmic_zero_has_a_place_and_moments_stand_side_by_side():
    panels = {
        "s": {("mean", "selected"): ([0, 1e-3], [1, 2]), ("mean", "last"): ([0], [3])},
        "m": {("mean", "selected"): ([0], [5]), ("sum", "selected"): ([1e-1], [6])},
    }
    left, right = drawn(plots.against_weight(panels, zero=1e-7))
    assert [ax.get_xscale() for ax in (left, right)] == ["log", "log"]
    assert heights(left) == [[1, 2], [3]]
    assert heights(right) == [[5], [6]]
    selected, last = (line.get_xdata()[0] for line in left.lines)
    assert 1e-8 < selected < 1e-7 < last < 1e-6
    assert left.lines[0].get_color() != left.lines[1].get_color()  # the moment
    assert right.lines[0].get_marker() != right.lines[1].get_marker()  # the reduction
    assert next(text.get_text() for text in left.get_xticklabels()) == "0"
