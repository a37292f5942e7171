"""What the pictures of the knobs show: read back from the artists."""

import numpy as np

from euar.chapters.one_recipe import pictures
from tests.drawing import drawn


def test_errors_have_a_row_for_each_change_and_a_line_at_none():
    effects = {"chosen k = 1": [0.1, 0.2], "chosen k = 2": [-0.1, 0.1]}
    (ax,) = drawn(pictures.errors(effects))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(effects)
    assert any(np.array_equal(line.get_xdata(), [0, 0]) for line in ax.lines)
