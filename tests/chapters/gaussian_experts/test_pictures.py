"""What the pictures show: read back from the artists."""

import numpy as np
import pytest
import torch
from matplotlib.patches import Ellipse
from scipy.stats import norm

from euar.chapters.gaussian_experts import pictures as plots
from tests.drawing import drawn


def filled_ellipses(ax):
    return [patch for patch in ax.patches if isinstance(patch, Ellipse)][::2]


def test_the_gaussian_expert_is_a_normal_density_beside_a_point():
    left, right = drawn(plots.point_and_gaussian(0.8, 0.5))
    assert list(left.lines[0].get_xdata()) == [0.8, 0.8]
    grid, density = right.lines[0].get_data()
    np.testing.assert_allclose(density, norm(0.8, 0.5).pdf(grid))


def test_ellipses_reach_one_sigma_to_each_side():
    mean, sd = torch.randn(2, 3, 2), torch.rand(2, 3, 2) + 0.1
    axes = drawn(plots.ellipses(mean, sd, ["a", "b"]))
    for i, ax in enumerate(axes):
        for j, patch in enumerate(filled_ellipses(ax)):
            assert patch.center == pytest.approx(mean[i, j].tolist())
            assert (patch.width / 2, patch.height / 2) == pytest.approx(tuple(sd[i, j].tolist()))
    assert len({line.get_marker() for line in axes[0].lines}) == 3  # not by colour alone


def test_impossible_sigmas_are_counted_apart_and_hatched():
    (ax,) = drawn(plots.linear_sigma({"some": torch.tensor([-1.0, 0.0, 0.5, 2.0, 2.5])}))
    possible, impossible = ax.containers
    assert sum(bar.get_height() for bar in possible) == 3
    assert sum(bar.get_height() for bar in impossible) == 2
    assert impossible[0].get_hatch() == "///"


def test_a_cloud_shows_its_draws_and_its_density():
    draws = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    left, right = drawn(plots.cloud(draws, torch.zeros(2), torch.ones(2)))
    area = sum(bar.get_height() * bar.get_width() for bar in left.containers[0])
    assert area == pytest.approx(1)
    assert left.lines[0].get_ydata().max() == pytest.approx(norm.pdf(0), rel=1e-3)
    np.testing.assert_allclose(np.transpose(right.lines[0].get_data()), draws)


def test_agreement_has_bars_and_the_line_of_equality():
    (ax,) = drawn(
        plots.agreement(torch.tensor([1.0, 2.0]), torch.tensor([1.5, 1.5]), torch.tensor([0.2, 0.3]), "x")
    )
    points, _, (bars,) = ax.containers[0]
    assert list(points.get_ydata()) == [1.5, 1.5]
    np.testing.assert_allclose(bars.get_segments()[1], [[2, 1.2], [2, 1.8]], rtol=1e-6)
    assert [list(end) for end in ax.lines[-1].get_data()] == [[1, 2], [1, 2]]


def test_the_cost_of_spread_keeps_its_axes_and_loses_no_prediction():
    made = plots.cost_of_spread(
        torch.zeros(3, 2), torch.zeros(2), torch.ones(2), torch.tensor([-9.0, 0.1, 9.0]), 0.1
    )
    left, right = drawn(made)
    assert left.get_xlim() == left.get_ylim() == (-8, 8)
    assert sum(bar.get_height() for bar in right.containers[0]) == 3
