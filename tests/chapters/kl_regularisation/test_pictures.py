"""What the pictures of the KL term show: read back from the artists."""

import numpy as np

from euar.chapters.kl_regularisation import pictures as plots
from tests.drawing import drawn


def heights(ax):
    return [list(line.get_ydata()) for line in ax.lines]


def test_values_and_slopes_share_an_axis_and_differ_in_dash():
    left, right = drawn(
        plots.values_and_slopes({"a": ([0, 1], [2, 3], [4, 5]), "b": ([0, 1], [6, 7], [8, 9])})
    )
    assert heights(left)[1:] == [[2, 3], [4, 5]]
    assert heights(right)[1:] == [[6, 7], [8, 9]]
    assert [line.get_linestyle() for line in left.lines[1:]] == ["-", "--"]
    assert (left.get_xlabel(), right.get_xlabel()) == ("a", "b")
    assert left.get_ylim() == right.get_ylim()


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


def test_epochs_show_every_seed_and_ring_the_selected_epoch():
    groups = {
        "s": {"chosen": [[1, 2, 3], [1, 1, 1]], "others": [[1, 4, 5], [1, 6, 7]]},
        "w": {"w": [[3, 2, 1]] * 2},
    }
    axes = drawn(plots.over_epochs(groups, [2, 1], {"s": (0, 8), "w": (0.1, 4)}))
    assert heights(axes[0]) == [[1, 2, 3], [3], [1, 1, 1], [1], [1, 4, 5], [5], [1, 6, 7], [6]]
    assert [ax.get_yscale() for ax in axes] == ["linear", "log"]
    assert axes[0].get_ylim() == (0, 8)
    rings = axes[0].lines[1::2]
    assert [list(ring.get_xdata()) for ring in rings] == [[2], [1], [2], [1]]
    assert {ring.get_markerfacecolor() for ring in rings} == {"none"}
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["chosen", "others"]
    assert axes[1].get_legend() is None


def test_weights_are_logarithmic_and_zero_has_a_place():
    panels = {"s": {"mean": ([0, 1e-3], [1, 2]), "sum": ([1e-1], [3])}, "m": {"mean": ([0], [5])}}
    left, right = drawn(plots.against_weight(panels, zero=1e-7))
    assert [list(line.get_xdata()) for line in left.lines] == [[1e-7, 1e-3], [1e-1]]
    assert heights(right) == [[5]]
    assert len({line.get_marker() for line in left.lines}) == 2  # not by colour alone
    assert next(text.get_text() for text in left.get_xticklabels()) == "0"


def test_factors_keep_their_rows_and_label_each_part_once():
    changes = {"none": {"w": [0.1, 0.2], "s": [0.5]}, "some": {"w": [1], "s": [2]}}
    (ax,) = drawn(plots.factors(changes))
    points = ax.lines[:4]
    assert [list(line.get_xdata()) for line in points] == [[0.1, 0.2], [0.5], [1], [2]]
    assert [round(float(np.mean(line.get_ydata()))) for line in points] == [0, 0, 1, 1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["w", "s"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["none", "some"]
    assert ax.get_xscale() == "log"
    assert ax.yaxis_inverted()


def test_coordinates_keep_seeds_apart():
    panels = {"a": [([1e-3, 1e-2], [1.0, 0.1]), ([1e-4], [0.9])], "b": [([1e-1], [0.05])]}
    left, right = drawn(plots.coordinates(panels))
    assert heights(left)[:2] == [[1.0, 0.1], [0.9]]
    assert len({line.get_marker() for line in left.lines[:2]}) == 2
    assert list(right.lines[0].get_xdata()) == [1e-1]
    assert left.get_xscale() == left.get_yscale() == "log"
    assert left.get_ylim() == right.get_ylim()
