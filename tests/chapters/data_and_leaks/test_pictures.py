"""The pictures show the numbers that they were given."""

import numpy as np
import pytest

from euar.chapters.data_and_leaks import pictures


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


def test_against_ceilings_marks_what_is_out_of_reach():
    rows = {"fine": (0.6, 0.65, 0.02), "near": (0.7, 0.65, 0.02), "leak": (0.9, 0.65, 0.02)}
    (ax,) = pictures.against_ceilings(rows, reach=3, metric="Acc2").axes
    assert line(ax, "as expected").get_xydata().tolist() == [[0.6, 0], [0.7, 1]]
    assert line(ax, "too good to be true").get_xydata().tolist() == [[0.9, 2]]
    assert np.allclose([bar.get_width() for bar in ax.patches], 0.06)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list(rows)


def test_group_scores_places_every_group_and_the_weighted_mean():
    (ax,) = pictures.group_scores({"seen": [(10, 0.9), (30, 1.0)], "unseen": [(20, 0.5)]}, "Acc2").axes
    assert sorted(ax.collections[0].get_offsets()[:, 0]) == [0.9, 1.0]
    assert ax.collections[0].get_sizes().tolist() == [20, 60]
    assert ax.lines[0].get_xdata()[0] == pytest.approx(0.975)
