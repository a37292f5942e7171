"""A cell has mean and interval, with as many digits as asked."""

from euar.chapters.cells import cell, unsigned
from euar.intervals import Interval


def test_a_cell_has_mean_and_interval():
    assert cell([0.1, 0.2, 0.3]) == "0.20 [-0.05, 0.45]"


def test_digits_are_those_asked_for():
    assert unsigned(Interval(0.7255, 0.7, 0.75, 4), 3) == "0.726 [0.700, 0.750]"
