"""The pictures show the numbers they are given, each at its place."""

import math

import numpy as np
import pytest

from euar.intervals import Interval, t_interval
from euar.plots import training


def _history(valid):
    return [{"epoch": i + 1, "task": 1 / (i + 1), "valid_mae": value} for i, value in enumerate(valid)]


def _rings(ax):
    return [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if line.get_markerfacecolor() == "none"
    ]


def test_learning_curves_draw_every_seed_and_ring_the_kept_epoch():
    made = training.learning_curves(
        {3: _history([0.5, 0.4, 0.6]), 7: _history([0.7, 0.8, 0.9])}, {3: 2, 7: 1}
    )
    left, right = made.axes
    assert [list(line.get_ydata()) for line in left.lines] == [[1, 0.5, 1 / 3]] * 2
    assert _rings(right) == [(2, 0.4), (1, 0.7)]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["seed 3", "seed 7"]


def test_more_seeds_than_colours_are_all_drawn():
    histories = {seed: _history([0.1]) for seed in range(9)}
    assert len(training.learning_curves(histories, dict.fromkeys(histories, 1)).axes[0].lines) == 9


def test_loss_terms_share_one_logarithmic_axis():
    (ax,) = training.loss_terms({"task": [1.0, 0.1], "kl": [1e-3, 1e-4]}).axes
    assert ax.get_yscale() == "log"
    assert [list(line.get_ydata()) for line in ax.lines] == [[1.0, 0.1], [1e-3, 1e-4]]


def test_selection_rings_what_each_split_picks():
    (ax,) = training.selection(
        {"validation": [3, 1, 2], "test": [1, 2, 3]}, {"validation": 2, "test": 1}
    ).axes
    assert _rings(ax) == [(2, 1), (1, 1)]


def test_loads_have_a_bar_an_expert_and_the_even_load():
    made = training.loads({"a": np.array([0.2, 0.8]), "b": np.array([0.5, 0.5])}, even=0.5)
    assert [[bar.get_height() for bar in ax.patches] for ax in made.axes] == [[0.2, 0.8], [0.5, 0.5]]
    assert made.axes[0].lines[0].get_ydata()[0] == 0.5


def test_routing_sorts_both_panels_alike():
    weights = np.array([[0.0, 0.6], [0.7, 0.0], [0.0, 0.9]])
    variance = np.arange(6.0).reshape(3, 2)
    left, right = training.routing(weights, variance).axes[:2]
    order = [1, 2, 0]  # expert 0 first, then the surer of expert 1's rows
    assert (left.images[0].get_array() == weights[order]).all()
    assert (right.images[0].get_array() == variance[order]).all()


def test_predictions_stand_against_the_ratings():
    (ax,) = training.predictions(np.array([1.0, 2.0]), np.array([-1.0, 3.0])).axes
    assert ax.collections[0].get_offsets().tolist() == [[-1.0, 1.0], [3.0, 2.0]]
    assert list(ax.lines[0].get_xdata()) == [-1.0, 3.0]


def test_comparison_draws_seeds_mean_and_interval():
    rows = {
        "ridge": (Interval(0.4, math.nan, math.nan, 1), [0.4]),
        "EUAR": (t_interval([0.3, 0.5]), [0.3, 0.5]),
    }
    (ax,) = training.comparison(rows, "MAE").axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ridge", "EUAR"]
    assert [list(dots.get_offsets()[:, 0]) for dots in ax.collections[::2]] == [[0.4], [0.3, 0.5]]
    reach = ax.collections[3].get_segments()[0][:, 0]
    assert reach == pytest.approx([rows["EUAR"][0].low, rows["EUAR"][0].high])
