"""The pictures show the pictures and scores that they were given, each at its place."""

import numpy as np

from euar.chapters.nyud import pictures
from euar.intervals import t_interval


def test_colour_stands_above_its_depth_in_grey():
    colours = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
    depth = np.arange(20, dtype=np.uint8).reshape(5, 4)
    made = pictures.colour_and_depth({"clean": (colours, depth), "noisy": (255 - colours, depth)})
    assert [ax.get_title() for ax in made.axes] == ["clean", "noisy"]
    shown = np.asarray(made.axes[0].images[0].get_array())
    np.testing.assert_array_equal(shown[:5], colours)
    np.testing.assert_array_equal(shown[-5:], np.stack([depth] * 3, axis=2))
    assert (shown[5:-5] == 255).all()
    np.testing.assert_array_equal(made.axes[1].images[0].get_array()[:5], 255 - colours)


SERIES = {"ours": {"clean": [0.5, 0.7], "noisy": [0.2, 0.3]}, "linear": {"clean": [0.6], "noisy": [0.1]}}


def test_each_condition_holds_the_mean_and_interval_of_each_system():
    (ax,) = pictures.under_conditions(SERIES, "accuracy").axes
    ours, linear = ax.containers
    np.testing.assert_allclose(ours.lines[0].get_ydata(), [0.6, 0.25])
    np.testing.assert_allclose(linear.lines[0].get_ydata(), [0.6, 0.1])
    np.testing.assert_allclose(np.round(ours.lines[0].get_xdata()), [0, 1])
    low, high = (caps.get_ydata() for caps in ours.lines[1])
    interval = t_interval([0.5, 0.7])
    np.testing.assert_allclose([low[0], high[0]], [interval.low, interval.high])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["clean", "noisy"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["ours", "linear"]
    assert ax.get_ylabel() == "accuracy"


def test_systems_stand_side_by_side():
    (ax,) = pictures.under_conditions(SERIES, "accuracy").axes
    first, second = (container.lines[0].get_xdata()[0] for container in ax.containers)
    assert first < 0 < second


def test_runs_stand_at_their_two_scores_and_the_cross_at_the_mean():
    points = {"ours": ([0.5, 0.6], [0.7, 0.8]), "theirs": ([0.4], [0.9])}
    (ax,) = pictures.two_splits(points, np.array([0.04, 0.02])).axes
    ours, theirs = ax.lines[:2]
    np.testing.assert_allclose(ours.get_xydata(), [(0.5, 0.7), (0.6, 0.8)])
    np.testing.assert_allclose(theirs.get_xydata(), [(0.4, 0.9)])
    (cross,) = ax.containers
    np.testing.assert_allclose(cross.lines[0].get_xydata(), [(0.5, 0.8)])
    left, right, low, high = (cap.get_xydata()[0] for cap in cross.lines[1])
    np.testing.assert_allclose([left[0], right[0]], [0.46, 0.54])
    np.testing.assert_allclose([low[1], high[1]], [0.78, 0.82])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("accuracy on validation", "accuracy on test")
