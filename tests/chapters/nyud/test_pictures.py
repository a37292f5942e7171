"""The pictures show the pictures and scores that they were given, each at its place."""

import numpy as np

from euar.chapters.nyud import pictures


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
