import numpy as np
import pytest

from euar.chapters.ledger import pictures as plots
from euar.intervals import Interval
from tests.drawing import drawn


def test_each_number_has_its_mean_and_interval():
    series = {"A": {2: Interval(0.5, 0.4, 0.6, 5), 8: Interval(0.7, 0.6, 0.8, 5)}}
    series["B"] = {2: Interval(0.1, 0.0, 0.2, 5)}
    (ax,) = drawn(plots.over_numbers(series, "Acc2"))
    a, b = ax.containers
    assert list(a.lines[0].get_ydata()) == [0.5, 0.7]
    assert list(a.lines[2][0].get_segments()[1][:, 1]) == pytest.approx([0.6, 0.8])
    assert a.lines[0].get_xdata()[0] < 2 < b.lines[0].get_xdata()[0]  # side by side
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "8"]
    assert (ax.get_xscale(), ax.get_ylabel()) == ("log", "Acc2")


def test_every_seed_and_the_mean_are_drawn_over_epochs():
    curves = {"one": np.array([[0.1, 0.3, 0.5], [0.3, 0.5, 0.5]]), "two": np.ones((1, 3))}
    left, right = drawn(plots.over_epochs(curves, "Acc2"))
    first, second, mean = left.lines
    assert list(first.get_xdata()) == [1, 2, 3]
    assert list(second.get_ydata()) == [0.3, 0.5, 0.5]
    assert list(mean.get_ydata()) == pytest.approx([0.2, 0.4, 0.5])
    assert mean.get_linewidth() > first.get_linewidth()
    assert (left.get_title(), right.get_title()) == ("one", "two")
