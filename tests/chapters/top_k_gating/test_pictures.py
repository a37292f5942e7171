"""What the pictures of the gate show: read back from the artists."""

import numpy as np
import pytest
import torch

from euar.chapters.top_k_gating import pictures as plots
from tests.drawing import drawn


def lines(ax):
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines if line.get_label()[0] != "_"}


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def test_what_is_cut_is_hatched_and_keeps_its_height():
    (ax,) = drawn(plots.kept(torch.tensor([0.5, 0.1, 0.4]), torch.tensor([0.5, 0.0, 0.4])))
    kept, cut = ax.containers
    assert [bar.get_height() for bar in kept] == pytest.approx([0.5, 0.4])
    assert [bar.get_height() for bar in cut] == pytest.approx([0.1])
    assert (kept[0].get_hatch(), cut[0].get_hatch()) == (None, "///")
    assert [round(bar.get_x() + bar.get_width() / 2) for bar in (*kept, *cut)] == [0, 2, 1]


def test_jacobians_share_a_scale_and_cross_out_zeros():
    matrices = {"a": np.array([[0.2, -0.1], [0.0, 0.1]]), "b": torch.zeros(2, 2)}
    *axes, _ = drawn(plots.jacobians(matrices))
    images = [ax.images[0] for ax in axes]
    np.testing.assert_allclose(images[0].get_array(), matrices["a"])
    assert {image.get_clim() for image in images} == {(-0.2, 0.2)}
    assert [list(part) for part in axes[0].lines[0].get_data()] == [[0], [1]]  # column, row
    assert len(axes[1].lines[0].get_xdata()) == 4


def test_scale_draws_each_setting_in_its_panel():
    curves = {"sum": {"a": [1.0, 0.5]}, "size": {"a": [0.4, 0.2], "b": [0.4, 0.4]}}
    left, right = drawn(plots.scale([2, 8], curves))
    assert (lines(left), lines(right)) == ({"a": [1.0, 0.5]}, {"a": [0.4, 0.2], "b": [0.4, 0.4]})
    assert labels(left.get_xticklabels()) == ["2", "8"]
    assert left.get_title() == "sum"


def test_in_a_batch_keeps_its_axes_and_shows_weights_and_predictions():
    frames = [
        drawn(plots.in_a_batch(w, np.array([0.5, -1]), np.array([1, -2]), "t")) for w in ([1, 0], [2, 3])
    ]
    for (left, right), heights in zip(frames, ([1, 0], [2, 3]), strict=True):
        assert [bar.get_height() for bar in left.patches] == heights
        assert [list(part) for part in right.lines[0].get_data()] == [[1, -2], [0.5, -1]]
        assert right.get_title() == "t"
    assert frames[0][0].get_ylim() == frames[1][0].get_ylim()
