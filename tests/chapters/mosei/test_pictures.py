import numpy as np
import pytest

from euar.chapters.mosei.pictures import learning_curves


@pytest.fixture
def ax():
    curves = {"ridge": {1000: [0.9], 100: [1.0]}, "ours": {100: [0.8, 1.0], 1000: [0.5, 0.7]}}
    return learning_curves(curves, "MAE").axes[0]


def test_lines_join_the_means_in_order_of_size(ax):
    ridge, ours = ax.lines
    np.testing.assert_allclose(ridge.get_xydata(), [(100, 1.0), (1000, 0.9)])
    np.testing.assert_allclose(ours.get_xydata(), [(100, 0.9), (1000, 0.6)])


def test_each_seed_is_a_dot_and_a_single_value_is_none(ax):
    dots = np.concatenate([c.get_offsets() for c in ax.collections])
    np.testing.assert_allclose(dots, [(100, 0.8), (100, 1.0), (1000, 0.5), (1000, 0.7)])


def test_axes_say_what_they_show(ax):
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("training rows", "MAE", "log")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["100", "1,000"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["ridge", "ours"]
