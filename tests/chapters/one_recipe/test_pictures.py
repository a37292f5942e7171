"""What the pictures of the knobs show: read back from the artists."""

import numpy as np

from euar.chapters.one_recipe import pictures, records
from tests.drawing import drawn

TURNED = records.measured()


def test_errors_have_a_row_for_each_change_and_a_line_at_none():
    effects = records.effects(TURNED, ["k"])
    (ax,) = drawn(pictures.errors(effects))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(effects)
    assert any(np.array_equal(line.get_xdata(), [0, 0]) for line in ax.lines)


def test_mixtures_show_the_mean_over_seeds_at_each_value():
    axes = drawn(pictures.mixtures(TURNED, "lam", ["style"]))
    kept = axes[0]
    values = TURNED.knobs["lam"]
    means = [records.inside(values[value], "style", "kept").mean() for value in values]
    assert any(np.allclose(line.get_ydata(), means) for line in kept.lines)
    assert [label.get_text() for label in kept.get_xticklabels()] == [f"{value:g}" for value in values]
