"""Moments of what is drawn: against many draws, and against slopes taken by differences."""

import pytest
import torch
from torch import nn

from euar._layers import HEADS
from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE
from euar.propagation import Moments, of_mixture, through

DRAWS = 40_000


def drawn(mean, variance):
    """Many draws (DRAWS, ...) of independent normal numbers."""
    return mean + variance.sqrt() * torch.randn(DRAWS, *mean.shape)


def assert_moments(found, draws):
    """Within five standard errors of what was drawn, along the first axis."""
    error = draws.std(dim=0) / DRAWS**0.5
    assert ((found.mean - draws.mean(dim=0)).abs() <= 5 * error + 1e-6).all()
    torch.testing.assert_close(found.variance, draws.var(dim=0), rtol=5 * (2 / DRAWS) ** 0.5, atol=1e-6)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@torch.no_grad()
@pytest.mark.parametrize("asked", ["all", "selected"])
def test_h_has_the_moments_of_its_draws(asked):
    moe = UncertaintyAwareMoE(dim=3, num_experts=4, k=2, kl_experts=asked)
    x = torch.randn(2, 3)
    found = of_mixture(moe(x))
    many = moe(x.repeat(DRAWS, 1)).hidden.view(DRAWS, 2, 3)
    assert_moments(found, many)


@torch.no_grad()
@pytest.mark.parametrize("fusion", ["concat", "add"])
def test_a_prediction_has_the_moments_of_its_draws(fusion):
    config = EUARConfig({"a": 4, "b": 3}, dim=3, num_experts=4, k=2, fusion=fusion, outputs=2)
    model, inputs = config.build(), {"a": torch.randn(2, 4), "b": torch.randn(2, 3)}
    hidden = [of_mixture(out) for out in model(inputs).moe.values()]
    if fusion == "concat":
        joint = Moments(*(torch.cat(parts, dim=-1) for parts in zip(*hidden, strict=True)))
    else:
        joint = Moments(*(sum(parts) for parts in zip(*hidden, strict=True)))
    found = through(model.head, joint)
    many = model({name: x.repeat(DRAWS, 1) for name, x in inputs.items()}).prediction.view(DRAWS, 2, 2)
    assert_moments(found, many)


def test_a_linear_head_by_hand():
    head = nn.Linear(2, 1)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[3.0, -1.0]]))
        head.bias.fill_(0.5)
    found = through(head, Moments(torch.tensor([[1.0, 2.0]]), torch.tensor([[4.0, 9.0]])))
    assert found.mean.tolist() == [[1.5]] and found.variance.tolist() == [[45.0]]


@torch.no_grad()
def test_another_head_passes_on_what_its_tangent_does():
    head = HEADS["mlp"](3, 2).double()
    mean, variance = torch.randn(2, 3, dtype=torch.float64), torch.rand(2, 3, dtype=torch.float64) * 1e-8
    found = through(head, Moments(mean, variance))
    assert torch.equal(found.mean, head(mean))
    step = 1e-6 * torch.eye(3, dtype=torch.float64)
    slope = (head(mean.unsqueeze(1) + step) - head(mean.unsqueeze(1) - step)) / 2e-6  # (B, D, C)
    expected = (slope.square() * variance.unsqueeze(-1)).sum(dim=1)
    torch.testing.assert_close(found.variance, expected, rtol=1e-4, atol=0)
    many = head(drawn(mean, variance)).var(dim=0)
    torch.testing.assert_close(found.variance, many, rtol=0.1, atol=0)


def test_a_gradient_reaches_the_variances_through_either_head():
    for kind in HEADS:
        variance = torch.rand(2, 3, requires_grad=True)
        through(HEADS[kind](3, 1), Moments(torch.randn(2, 3), variance)).variance.sum().backward()
        assert (variance.grad > 0).any()
