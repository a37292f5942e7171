"""The pictures show the numbers they are given, each at its place."""

import numpy as np

from euar.chapters.quick_start import pictures
from tests.drawing import drawn


def test_routing_sorts_both_panels_alike():
    weights = np.array([[0.0, 0.6], [0.7, 0.0], [0.0, 0.9]])
    variance = np.arange(6.0).reshape(3, 2)
    left, right = drawn(pictures.routing(weights, variance))[:2]
    order = [1, 2, 0]  # expert 0 first, then the surer of expert 1's rows
    assert (left.images[0].get_array() == weights[order]).all()
    assert (right.images[0].get_array() == variance[order]).all()


def test_predictions_stand_against_the_ratings():
    (ax,) = drawn(pictures.predictions(np.array([1.0, 2.0]), np.array([-1.0, 3.0])))
    assert ax.lines[0].get_xydata().tolist() == [[-1.0, 1.0], [3.0, 2.0]]
    assert list(ax.lines[1].get_xdata()) == [-1.0, 3.0]
