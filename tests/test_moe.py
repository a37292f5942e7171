"""Eq. 6 and the rules of the mixture: routed equals dense, rows do not meet, missing rows do not exist."""

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from euar.losses import load_balance_loss, uncertainty_loss
from euar.moe import CHOICES, UncertaintyAwareMoE

B, D = 10, 6


def moe(seed=0, **options):
    torch.manual_seed(seed)
    return UncertaintyAwareMoE(D, **{"num_experts": 5, "k": 2} | options).double()


def batch(rows=B):
    return torch.randn(rows, D, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def generator():
    return torch.Generator().manual_seed(2)


def test_hidden_is_the_weighted_sum_over_experts():
    layer, x = moe().eval(), batch()
    out = layer(x)
    expected = torch.zeros(B, D, dtype=torch.float64)
    for i in range(B):
        for j in range(5):
            expected[i] += out.routing.weights[i, j] * out.gaussian.mean[i, j]
    torch.testing.assert_close(out.hidden, expected)


def test_training_samples_and_evaluation_does_not():
    layer, x = moe(), batch()
    first, second = layer(x, generator=generator()).hidden, layer(x).hidden
    assert not torch.allclose(first, second)
    assert torch.equal(first, layer(x, generator=generator()).hidden)
    layer.eval()
    assert torch.equal(layer(x).hidden, layer(x).hidden)
    torch.testing.assert_close(moe(output="mean").train()(x).hidden, layer(x).hidden)


def test_samples_spread_around_the_mean_with_the_weighted_variance():
    layer = moe()
    row = batch(1)
    hidden = layer(row.expand(100_000, -1), generator=generator()).hidden
    out = layer.eval()(row)
    variance = (out.routing.weights.square().unsqueeze(-1) * out.gaussian.variance).sum(1)[0]
    assert torch.all((hidden.mean(0) - out.hidden[0]).abs() < 4 * (variance / 100_000).sqrt())
    torch.testing.assert_close(hidden.var(0), variance, rtol=0.03, atol=0)


@pytest.mark.filterwarnings("ignore:k. 7 is more than")
@pytest.mark.parametrize("k", [1, 2, 5, 7])
@pytest.mark.parametrize("training", [True, False])
def test_asking_only_the_selected_experts_changes_nothing_but_the_kl(k, training):
    x = batch()
    dense, routed = moe(k=k).train(training), moe(k=k, kl_experts="selected").train(training)
    a, b = dense(x, generator=generator()), routed(x, generator=generator())
    torch.testing.assert_close(a.hidden, b.hidden)
    torch.testing.assert_close(a.losses["u"], b.losses["u"])
    assert b.gaussian.mean.shape == (B, min(k, 5), D)
    for p, q in zip(*(torch.autograd.grad(out.hidden.square().sum(), list(m.parameters()), allow_unused=True)
                      for out, m in ((a, dense), (b, routed))), strict=True):  # fmt: skip
        torch.testing.assert_close(p, q)


def test_losses_are_those_of_the_functions_with_the_options_passed_on():
    options = {"kl_reduce": "sum", "aux_form": "released", "u_reduce": "sum", "u_experts": "sum"}
    out = moe(**options)(batch())
    normal = Independent(Normal(out.gaussian.mean, out.gaussian.variance.sqrt()), 1)
    standard = Independent(Normal(torch.zeros_like(out.gaussian.mean), 1.0), 1)
    torch.testing.assert_close(out.losses["kl"], kl_divergence(normal, standard).mean())
    torch.testing.assert_close(out.losses["aux"], load_balance_loss(out.routing, "released"))
    torch.testing.assert_close(out.losses["u"], uncertainty_loss(out.gaussian, out.routing, "sum", "sum"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("renormalize", ["none", "topk"])
def test_a_row_does_not_depend_on_its_batch(renormalize, dtype):
    layer, x = moe(renormalize=renormalize).eval().to(dtype), batch(64).to(dtype)
    alone = torch.cat([layer(row.unsqueeze(0)).hidden for row in x])
    tolerance = {torch.float32: 1e-6, torch.float64: 1e-12}[dtype]
    assert (alone - layer(x).hidden).abs().max() <= tolerance


def test_with_the_batch_form_a_row_does_depend_on_its_batch():
    layer, x = moe(renormalize="batch").eval(), batch(64)
    alone = torch.cat([layer(row.unsqueeze(0)).hidden for row in x])
    assert (alone - layer(x).hidden).abs().max() > 0.1


@pytest.mark.parametrize(
    "options", [{}, {"kl_experts": "selected"}, {"renormalize": "batch"}, {"renormalize": "topk"}]
)
def test_rows_that_are_not_available_do_not_exist(options):
    layer = moe(output="mean", **options)
    x, available = batch(), torch.arange(B) % 3 != 1
    spoiled = x.masked_fill(~available.unsqueeze(-1), float("nan")).requires_grad_()
    out = layer(spoiled, available)
    kept = layer(x[available])
    assert torch.all(out.hidden[~available] == 0)
    assert torch.all(out.routing.weights[~available] == 0)
    torch.testing.assert_close(out.hidden[available], kept.hidden)
    for name, value in kept.losses.items():
        torch.testing.assert_close(out.losses[name], value)

    def total(out):
        return out.hidden.square().sum() + sum(out.losses.values())

    gradients = torch.autograd.grad(total(out), [spoiled, *layer.parameters()], allow_unused=True)
    reference = torch.autograd.grad(total(kept), list(layer.parameters()), allow_unused=True)
    assert torch.all(gradients[0][~available] == 0)
    for p, q in zip(gradients[1:], reference, strict=True):
        torch.testing.assert_close(p, q)


def test_with_no_row_available_everything_is_zero():
    out = moe()(batch(), torch.zeros(B, dtype=torch.bool))
    assert torch.all(out.hidden == 0)
    assert all(value == 0 for value in out.losses.values())


def test_an_unselected_expert_is_trained_by_the_kl_alone():
    layer, x = moe(k=1), batch()
    out = layer(x)
    unused = [j for j in range(5) if j not in out.routing.index]
    assert unused, "this seed should leave an expert unused"
    task = torch.autograd.grad(out.hidden.sum(), layer.experts.weight, retain_graph=True)[0]
    kl = torch.autograd.grad(out.losses["kl"], layer.experts.weight)[0]
    assert torch.all(task[unused] == 0)
    assert torch.all(kl[unused].flatten(1).abs().sum(1) > 0)


def test_forward_passes_gradcheck():
    layer = moe(output="mean", renormalize="topk")
    x = batch(3).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: (layer(x).hidden, layer(x).losses["kl"], layer(x).losses["u"]), x
    )


@pytest.mark.parametrize("name", CHOICES)
def test_an_unknown_word_is_named_at_once(name):
    with pytest.raises(ValueError, match=f"{name}: expected one of .*found 'nonsense'"):
        UncertaintyAwareMoE(D, **{name: "nonsense"})


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match=r"x: expected shape \(B, 6\) or \(B, ..., 6\), found \(10, 5\)"):
        moe()(batch()[:, :5])
    with pytest.raises(ValueError, match=r"available: expected bool of shape \(10,\), found torch.float32"):
        moe()(batch(), torch.ones(B))
