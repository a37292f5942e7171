"""What the pictures of the knobs show: read back from the artists."""

import numpy as np

from euar.chapters.one_recipe import pictures
from tests.drawing import drawn


def test_errors_have_a_row_for_each_change_and_a_line_at_none():
    effects = {"chosen k = 1": [0.1, 0.2], "chosen k = 2": [-0.1, 0.1]}
    (ax,) = drawn(pictures.errors(effects))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(effects)
    assert any(np.array_equal(line.get_xdata(), [0, 0]) for line in ax.lines)


def test_mixtures_show_the_mean_over_seeds_at_each_value():
    kept = np.array([[0.9, 0.5, 0.2], [0.7, 0.5, 0.4]])
    (ax,) = drawn(pictures.mixtures({"kept": {"style": kept}}, [0, 0.1, 3], "lambda"))
    assert any(np.allclose(line.get_ydata(), [0.8, 0.5, 0.3]) for line in ax.lines)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "0.1", "3"]
    assert ax.get_xlabel() == "lambda"
