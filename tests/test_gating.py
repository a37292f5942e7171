"""Eq. 5 against a brute-force search for the k best."""

import itertools
import warnings

import pytest
import torch

from euar.gating import TopKGate
from euar.model import EUARConfig

K_AND_RENORMALIZE = list(itertools.product([1, 3, 5], ["none", "topk", "batch"]))


def gate(k=3, renormalize="none", num_experts=5):
    torch.manual_seed(0)
    return TopKGate(6, num_experts, k, renormalize).double()


def batch(rows=11):
    return torch.randn(rows, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def brute_force_weights(gate, x, renormalize):
    """For each row, of all subsets of k experts the one with the largest probability mass."""
    probs = torch.softmax(x @ gate.linear.weight.T + gate.linear.bias, dim=-1).detach()
    weights = torch.zeros_like(probs)
    for row, p in enumerate(probs):
        best = max(itertools.combinations(range(len(p)), gate.k), key=lambda subset: p[list(subset)].sum())
        for j in best:
            weights[row, j] = p[j]
    if renormalize == "topk":
        for row in weights:
            row /= row.sum()
    if renormalize == "batch":
        for column in weights.T:
            column *= len(x) / (column.sum() + 1e-6)
    return weights


@pytest.mark.parametrize(("k", "renormalize"), K_AND_RENORMALIZE)
def test_weights_are_those_of_a_brute_force_search(k, renormalize):
    layer, x = gate(k, renormalize), batch()
    torch.testing.assert_close(layer(x).weights, brute_force_weights(layer, x, renormalize))


@pytest.mark.parametrize(("k", "renormalize"), K_AND_RENORMALIZE)
def test_exactly_k_weights_are_not_zero(k, renormalize):
    routing = gate(k, renormalize)(batch())
    assert routing.index.shape == (11, k)
    assert torch.all((routing.weights != 0).sum(dim=-1) == k)
    assert torch.all(routing.weights.gather(1, routing.index) != 0)


def test_probabilities_are_a_softmax_and_the_choice_falls():
    layer, x = gate(), batch()
    routing = layer(x)
    torch.testing.assert_close(
        routing.probs, layer.linear(x).exp() / layer.linear(x).exp().sum(-1, keepdim=True)
    )
    chosen = routing.probs.gather(1, routing.index)
    assert torch.all(chosen[:, :-1] >= chosen[:, 1:])


@pytest.mark.parametrize("renormalize", ["none", "topk", "batch"])
def test_ties_still_give_exactly_k(renormalize):
    layer = gate(k=2, renormalize=renormalize)
    with torch.no_grad():
        layer.linear.weight.zero_()
        layer.linear.bias.zero_()
    routing = layer(batch())
    assert torch.all((routing.weights != 0).sum(dim=-1) == 2)
    assert torch.all(routing.index[:, 0] != routing.index[:, 1])


def test_row_sums_say_how_weights_were_renormalised():
    x = batch()
    literal, topk, by_batch = (gate(renormalize=word)(x).weights for word in ("none", "topk", "batch"))
    assert torch.all(literal.sum(-1) < 1)
    torch.testing.assert_close(topk.sum(-1), torch.ones(11, dtype=torch.float64))
    torch.testing.assert_close(
        by_batch.sum(0), torch.full((5,), 11.0, dtype=torch.float64), rtol=1e-5, atol=0
    )


@pytest.mark.parametrize("renormalize", ["none", "topk", "batch"])
def test_more_experts_wanted_than_there_are_means_all_and_is_said(renormalize):
    with pytest.warns(UserWarning, match="k: 9 is more than the 5 experts there are; all 5 are chosen"):
        layer = gate(k=9, renormalize=renormalize)
    assert layer.k == 5
    routing, x = layer(batch()), batch()
    assert routing.index.shape == (11, 5)
    torch.testing.assert_close(routing.weights, brute_force_weights(layer, x, renormalize))


def test_a_model_says_it_once_for_all_its_modalities_and_seeds():
    config = EUARConfig({"text": 7, "audio": 4, "vision": 5}, num_experts=2, k=3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            config.build()
    assert [str(warning.message) for warning in caught] == [
        "k: 3 is more than the 2 experts there are; all 2 are chosen"
    ]


@pytest.mark.parametrize("renormalize", ["none", "topk", "batch"])
def test_gradient_of_an_unselected_logit_is_zero_only_when_renormalised_over_k(renormalize):
    layer, x = gate(k=2, renormalize=renormalize), batch(4)
    logits = layer.linear(x).detach().requires_grad_()
    layer.linear.forward = lambda _: logits
    routing = layer(x)
    direction = torch.arange(1.0, 21.0, dtype=torch.float64).view(4, 5)  # no two weights alike
    (routing.weights * direction).sum().backward()
    unselected = logits.grad[routing.weights == 0]
    if renormalize == "topk":
        assert unselected.abs().max() < 1e-12
    else:
        assert unselected.abs().min() > 1e-6


def test_gradient_of_an_unselected_logit_is_minus_the_product_of_probabilities():
    layer, x = gate(k=2), batch(1)
    logits = layer.linear(x).detach().requires_grad_()
    layer.linear.forward = lambda _: logits
    routing = layer(x)
    chosen = routing.index[0, 0]
    routing.weights[0, chosen].backward()
    expected = -routing.probs[0, chosen] * routing.probs[0]
    expected[chosen] += routing.probs[0, chosen]
    torch.testing.assert_close(logits.grad[0], expected.detach())


def test_only_the_batch_form_depends_on_the_rest_of_the_batch():
    x = batch()
    for renormalize, depends in (("none", False), ("topk", False), ("batch", True)):
        layer = gate(renormalize=renormalize)
        alone, together = layer(x[:1]).weights, layer(x).weights[:1]
        assert torch.allclose(alone, together, rtol=0, atol=1e-12) != depends


@pytest.mark.parametrize("renormalize", ["none", "topk", "batch"])
def test_masked_rows_weigh_nothing_and_change_no_other_row(renormalize):
    layer, x = gate(renormalize=renormalize), batch()
    mask = torch.arange(11) % 3 != 0
    masked = layer(x, mask).weights
    assert torch.all(masked[~mask] == 0)
    torch.testing.assert_close(masked[mask], layer(x[mask]).weights)


def test_with_no_row_left_the_weights_are_zero_not_nan():
    for renormalize in ("none", "topk", "batch"):
        assert torch.all(
            gate(renormalize=renormalize)(batch(), torch.zeros(11, dtype=torch.bool)).weights == 0
        )


def test_gate_passes_gradcheck():
    layer = gate(k=2, renormalize="topk")
    x = batch(3).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: layer(x).weights, x)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="renormalize: expected one of 'none', 'topk', 'batch', found 'k'"):
        TopKGate(6, 5, 3, "k")
    with pytest.raises(ValueError, match="k: expected an int of at least 1, found 0"):
        TopKGate(6, 5, 0)
    with pytest.raises(ValueError, match=r"mask: expected bool of shape \(11,\), found torch.float32"):
        gate()(batch(), torch.ones(11))
