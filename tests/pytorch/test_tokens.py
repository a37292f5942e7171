"""Tokens (B, T, D) with a mask (B, T): the same as their rows laid flat, each routed by itself."""

import pytest
import torch

from euar.experts import GaussianExperts, RoutedGaussian
from euar.gating import Routing, TopKGate
from euar.losses import kl_divergence, load_balance_loss, uncertainty_loss
from euar.moe import UncertaintyAwareMoE

B, T, D, N, K = 4, 5, 6, 7, 2
MASK = torch.arange(B * T).view(B, T) % 3 != 1


def tokens():
    return torch.randn(B, T, D, generator=torch.Generator().manual_seed(1))


def moe(**options):
    torch.manual_seed(0)
    return UncertaintyAwareMoE(D, N, K, **options)


def out_of(layer, x, mask):
    return layer(x, mask, torch.Generator().manual_seed(2))


def all_of(out):
    return [out.hidden, *out.routing, *out.gaussian, *out.losses.values()]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("options", [{}, {"kl_experts": "selected"}, {"renormalize": "batch"}], ids=str)
def test_the_layer_gives_what_it_gives_of_flat_rows(options, training, masked):
    layer, x, mask = moe(**options).train(training), tokens(), MASK if masked else None
    out = out_of(layer, x, mask)
    flat = out_of(layer, x.flatten(0, 1), mask.flatten() if masked else None)
    assert out.hidden.shape == (B, T, D)
    assert out.routing.weights.shape == (B, T, N)
    assert out.gaussian.mean.shape == (B, T, K if options.get("kl_experts") else N, D)
    for one, other in zip(all_of(out), all_of(flat), strict=True):
        torch.testing.assert_close(one, other.view(one.shape), rtol=0, atol=0)
    assert out.losses.keys() == flat.losses.keys() == {"kl", "aux", "u"}
    assert not masked or not out.hidden[~MASK].any()


@pytest.mark.parametrize("form", ["switch", "paper", "released"])
def test_the_losses_of_its_output_are_those_it_gives(form):
    out = out_of(moe(aux_form=form), tokens(), MASK)
    found = kl_divergence(out.gaussian, mask=MASK), load_balance_loss(out.routing, form, MASK)
    u = uncertainty_loss(out.gaussian, out.routing, mask=MASK)
    for one, name in zip((*found, u), ("kl", "aux", "u"), strict=True):
        torch.testing.assert_close(one, out.losses[name])


def test_what_is_missing_changes_nothing_even_where_it_is_nan():
    layer, x = moe(output="mean"), tokens()
    spoiled = x.masked_fill(~MASK.unsqueeze(-1), float("nan")).requires_grad_()
    out = layer(spoiled, MASK)
    (out.hidden.square().sum() + sum(out.losses.values())).backward()
    assert not spoiled.grad[~MASK].any()
    kept = layer(x[MASK])
    torch.testing.assert_close(out.hidden[MASK], kept.hidden)
    torch.testing.assert_close(out.losses, kept.losses)


def test_more_axes_are_rows_too_and_no_rows_are_none():
    layer = moe().eval()
    pictures = torch.randn(2, 3, 4, D)
    torch.testing.assert_close(layer(pictures).hidden.flatten(0, 2), layer(pictures.flatten(0, 2)).hidden)
    assert layer(torch.zeros(0, T, D)).hidden.shape == (0, T, D)
    assert layer.train()(torch.zeros(2, 0, D), torch.zeros(2, 0, dtype=torch.bool)).losses["kl"] == 0


@pytest.mark.parametrize("renormalize", ["none", "topk", "batch"])
def test_the_gate_routes_each_token(renormalize):
    gate, x = TopKGate(D, N, K, renormalize), tokens()
    for mask in (None, MASK):
        routing, flat = gate(x, mask), gate(x.flatten(0, 1), None if mask is None else mask.flatten())
        assert routing.index.shape == routing.chosen_weights.shape == (B, T, K)
        for one, other in zip(routing, flat, strict=True):
            torch.testing.assert_close(one, other.view(one.shape))


def test_the_experts_answer_each_token():
    experts, x = GaussianExperts(N, D, 3), tokens()
    index = torch.rand(B, T, N).topk(K).indices
    every, some = experts(x), experts(x, index)
    assert every.mean.shape == (B, T, N, 3)
    assert type(some) is RoutedGaussian
    for part, chosen in zip(every, some, strict=True):
        torch.testing.assert_close(chosen, part.gather(2, index.unsqueeze(-1).expand(-1, -1, -1, 3)))
    torch.testing.assert_close(experts.means(x, index), some.mean)


BAD = {
    "one row": (lambda: moe()(torch.zeros(D)), r"x: expected shape \(B, 6\) or \(B, ..., 6\), found \(6,\)"),
    "width": (lambda: moe()(torch.zeros(B, T, 5)), r"x: expected .*, found \(4, 5, 5\)"),
    "mask of sequences": (lambda: moe()(tokens(), MASK[:, 0]), r"available: expected bool of shape \(4, 5\)"),
    "turned mask": (lambda: TopKGate(D, N, K)(tokens(), MASK.t()), r"mask: expected bool of shape \(4, 5\)"),
    "turned index": (
        lambda: GaussianExperts(N, D, 3)(tokens(), torch.zeros(T, B, K, dtype=torch.int64)),
        r"index: expected int64 of shape \(4, 5, k\), found torch.int64 \(5, 4, 2\)",
    ),
    "index of another type": (
        lambda: GaussianExperts(N, D, 3).means(tokens(), torch.zeros(B, T, K)),
        r"index: expected int64 of shape \(4, 5, k\), found torch.float32",
    ),
    "turned loss mask": (
        lambda: load_balance_loss(Routing(*moe()(tokens()).routing), mask=MASK.t()),
        r"mask: expected bool of shape \(4, 5\)",
    ),
    "flat mask": (lambda: kl_divergence(moe()(tokens()).gaussian, mask=MASK.flatten()), r"shape \(4, 5\)"),
    "flat Gaussian": (
        lambda: uncertainty_loss(moe()(tokens().flatten(0, 1)).gaussian, moe()(tokens()).routing),
        r"gaussian: expected shape \(4, 5, 7, D\), or \(4, 5, 2, D\)",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_a_shape_that_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
