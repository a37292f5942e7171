import numpy as np
import pytest

from euar.chapters.paper_against_code import pictures as plots
from euar.intervals import Interval
from tests.drawing import drawn

EFFECT = Interval(0.1, 0.05, 0.15, 10)


def test_each_effect_stands_at_its_mean_with_its_interval():
    rows = {"first": {"A": EFFECT, "B": Interval(-0.2, -0.3, -0.1, 10)}, "second": {"A": EFFECT}}
    (ax,) = drawn(plots.effects(rows, "MAE"))
    a, b = ax.containers
    assert list(a.lines[0].get_xdata()) == [0.1, 0.1]
    assert list(b.lines[0].get_xdata()) == [-0.2]
    np.testing.assert_allclose(b.lines[2][0].get_segments()[0][:, 0], [-0.3, -0.1])
    assert b.lines[0].get_ydata()[0] > a.lines[0].get_ydata()[0]  # side by side on the line of "first"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert (ax.get_xlabel(), ax.yaxis_inverted()) == ("MAE", True)


def test_each_rule_marks_the_same_epoch_on_every_panel():
    curves = {"validation": [0.6, 0.7, 0.65], "test": [0.5, 0.55, 0.9]}
    made = plots.picks(curves, {"fair": 2, "peeking": 3}, "Acc2")
    for ax, values in zip(drawn(made), curves.values(), strict=True):
        line, fair, peeking = ax.lines
        np.testing.assert_allclose(line.get_ydata(), values)
        assert (fair.get_xdata()[0], fair.get_ydata()[0]) == (2, values[1])
        assert (peeking.get_xdata()[0], peeking.get_ydata()[0]) == (3, values[2])
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["fair", "peeking"]


def test_gains_are_drawn_for_each_seed_and_their_mean():
    (ax,) = drawn(plots.gains({"long": [[0.0, 0.2], [0.0, 0.4]]}, "points"))
    first, second, mean = ax.lines
    assert list(first.get_ydata()) == [0.0, 0.2]
    assert list(second.get_ydata()) == [0.0, 0.4]
    assert mean.get_ydata() == pytest.approx([0.0, 0.3])
    assert (ax.get_xscale(), ax.get_ylabel()) == ("log", "points")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
