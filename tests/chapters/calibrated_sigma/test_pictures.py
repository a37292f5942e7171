"""What the pictures show: read back from the artists."""

import numpy as np
import pytest

from euar.chapters.calibrated_sigma import pictures
from tests.drawing import drawn


def test_each_belief_is_a_density_with_its_mode_at_its_mean():
    curves = {"before": (0.0, 4.0), "text": (1.5, 0.25)}
    (ax,) = drawn(pictures.beliefs(curves, "rating"))
    for line, (mean, variance) in zip(ax.lines, curves.values(), strict=True):
        x, y = line.get_data()
        assert x[np.argmax(y)] == pytest.approx(mean, abs=0.05)
        assert y.max() == pytest.approx(1 / np.sqrt(2 * np.pi * variance), rel=1e-2)
    assert len(ax.collections) == 1  # the last is filled


def test_kept_rows_are_shown_from_a_twentieth_on():
    (ax,) = drawn(pictures.kept({"EUAR": np.arange(100)}, "error"))
    x, y = ax.lines[0].get_data()
    assert (x[0], x[-1]) == (0.05, 1.0)
    np.testing.assert_array_equal(y, np.arange(4, 100))
