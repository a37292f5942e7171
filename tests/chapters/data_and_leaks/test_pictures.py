"""The pictures show the numbers that they were given."""

import numpy as np
import pytest

from euar.chapters.data_and_leaks import pictures


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


def test_label_shares_adds_up_to_one_in_each_split():
    made = pictures.label_shares({"a": (["x", "y"], {"train": [1, 3], "test": [2, 2]})})
    (ax,) = made.axes
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == [0.25, 0.75, 0.5, 0.5]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["x", "y"]
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["train", "test"]


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


def test_leak_curve_leaves_out_levels_without_a_score():
    curves = {"seen": np.array([[np.nan, np.nan], [0.9, 1.0]])}
    (ax,) = pictures.leak_curve(np.array([0.0, 0.5]), curves, honest=0.8, metric="Acc2").axes
    assert line(ax, "seen").get_xydata().tolist() == [[0.5, 0.95]]
    assert line(ax, "no test label seen").get_ydata()[0] == 0.8


def test_seen_and_unseen_rows_are_shown_apart():
    seen = np.array([True, False, True])
    made = pictures.seen_and_unseen(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]), seen)
    left, right = made.axes
    assert left.collections[0].get_offsets()[:, 1].tolist() == [1.0, 3.0]
    assert right.collections[0].get_offsets()[:, 1].tolist() == [2.0]
    assert (left.get_title(), right.get_title()) == ("2 seen rows", "1 unseen rows")
