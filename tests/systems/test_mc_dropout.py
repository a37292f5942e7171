"""Dropout that stays on: passes that differ, masks that do not depend on the row, no draw from outside."""

import pytest
import torch

from euar.systems.heteroscedastic import Heteroscedastic
from euar.systems.mc_dropout import MCDropoutConfig
from tests.systems.small import WIDTHS, inputs


def build(**changes):
    return MCDropoutConfig(WIDTHS, **changes).build()


@torch.no_grad()
def test_passes_differ_and_their_spread_is_part_of_the_variance():
    output = build(dropout=0.3).eval()(inputs())
    mean, variance = (part.squeeze(-1) for part in output.each)
    assert mean.shape == (30, 4) and (mean.std(dim=0) > 0).all()
    torch.testing.assert_close(output.prediction, mean.mean(dim=0))
    torch.testing.assert_close(output.variance, variance.mean(dim=0) + mean.var(dim=0, unbiased=False))


@torch.no_grad()
def test_a_pass_is_a_network_with_some_of_its_weights_at_zero():
    """The hidden layer's weights of a mask, taken out by hand; p = 0.5 doubles what is left."""
    model, x = build(dropout=0.5, passes=3, dim=8).eval(), inputs()
    generator = torch.Generator().manual_seed(0)
    masks = [2 * (torch.randn(3, 1, width, generator=generator) >= 0) for width in (16, 8)]
    joint, (first, _, last) = model.joint(x, {}), model.head
    for number, found in enumerate(model(x).each.mean):
        hidden = torch.relu(joint @ (first.weight * masks[0][number]).T + first.bias)
        expected = hidden @ (last.weight * masks[1][number]).T + last.bias
        torch.testing.assert_close(found[:, 0], expected[:, 0])


@torch.no_grad()
def test_evaluation_draws_nothing_from_outside():
    model, x = build().eval(), inputs()
    state = torch.random.get_rng_state()
    assert torch.equal(model(x).prediction, model(x).prediction)
    assert torch.equal(torch.random.get_rng_state(), state)


@torch.no_grad()
def test_training_makes_one_pass_with_a_mask_for_each_row():
    model, one = build(dropout=0.5), inputs(1)
    output = model({m: x.expand(50, -1) for m, x in one.items()})
    assert output.each.mean.shape == (1, 50, 1) and len(output.prediction.unique()) > 40


@torch.no_grad()
def test_without_dropout_it_is_the_network_itself():
    model, x = build(dropout=0.0).eval(), inputs()
    plain = Heteroscedastic(model.config)
    plain.load_state_dict(model.state_dict())
    for found, expected in zip(model(x)[:2], plain(x)[:2], strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("changes", [{"dropout": 1.0}, {"passes": 0}])
def test_settings_that_mean_nothing_are_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        build(**changes)
