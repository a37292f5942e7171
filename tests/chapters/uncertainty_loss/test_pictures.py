import numpy as np
import pytest

from euar.chapters.uncertainty_loss import pictures as plots
from tests.drawing import drawn

START = {"u": 2.0, "kept": 0.5, "variance": 4.0, "preference": 1.0}
END = {"u": 0.2, "kept": 0.4, "variance": 1.0, "preference": 0.5}


def test_a_descent_is_drawn_relative_to_its_start():
    one, two = drawn(plots.descents({"one": [START, END], "two": [START, START]}))
    lines = {line.get_label(): list(line.get_ydata()) for line in one.lines}
    assert lines == {
        "kept": [1, pytest.approx(0.8)],
        "variance": [1, 0.25],
        "preference": [1, 0.5],
        "U-loss": [1, pytest.approx(0.1)],
    }
    assert all(set(line.get_ydata()) == {1.0} for line in two.lines)
    assert (one.get_title(), one.get_yscale()) == ("one", "log")


def test_the_bars_of_a_setting_end_where_the_loss_does():
    factors = {"kept": 0.5, "variance": 0.2, "preference": 0.1}
    (ax,) = drawn(plots.shares({"λ = 1": factors, "λ = 2": {**factors, "variance": 4.0}}))
    ends = {bar.get_y() + bar.get_height() / 2: [] for bar in ax.patches}
    for bar in ax.patches:
        ends[bar.get_y() + bar.get_height() / 2].append((bar.get_x(), bar.get_x() + bar.get_width()))
    assert min(x for pair in ends[0.0] for x in pair) == pytest.approx(np.log10(0.5 * 0.2 * 0.1))
    low, high = (f(x for pair in ends[1.0] for x in pair) for f in (min, max))
    assert (low, high) == (pytest.approx(np.log10(0.05)), pytest.approx(np.log10(4)))
