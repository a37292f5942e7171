"""The rivals compute what they are said to compute, on the weights of our layer."""

import pytest
import torch
from torch import nn

from benchmarks import layer, naive, peers, tried
from euar.moe import UncertaintyAwareMoE

CELL = {"batch": 12, "experts": 5, "dim": 8, "k": 3}
CPU = torch.device("cpu")


@pytest.fixture
def moe():
    torch.manual_seed(3)
    return UncertaintyAwareMoE(dim=8, num_experts=5, k=3)


@pytest.fixture
def x():
    return torch.randn(12, 8, generator=torch.Generator().manual_seed(1), requires_grad=True)


def gradients(loss, x, *modules):
    return torch.autograd.grad(loss, [x, *(p for module in modules for p in module.parameters())])


def test_the_loop_predicts_what_we_predict(moe, x):
    loop = naive.like(moe.eval()).eval()
    hidden, losses = loop(x)
    output = moe(x)
    torch.testing.assert_close(hidden, output.hidden, atol=1e-5, rtol=0)
    torch.testing.assert_close(loop.means(x), output.hidden, atol=1e-5, rtol=0)
    assert losses.keys() == output.losses.keys()
    for name, loss in losses.items():
        torch.testing.assert_close(loss, output.losses[name], atol=1e-5, rtol=0)


def test_the_loop_trains_as_we_do(moe, x, monkeypatch):
    monkeypatch.setattr(torch, "randn_like", torch.ones_like)
    monkeypatch.setattr(torch, "randn", lambda shape, **kinds: torch.ones(shape, dtype=kinds["dtype"]))
    loop = naive.like(moe)
    (theirs, their_losses), ours = loop(x), moe(x)
    torch.testing.assert_close(theirs, ours.hidden, atol=1e-5, rtol=0)
    for name in their_losses:
        torch.testing.assert_close(their_losses[name], ours.losses[name], atol=1e-5, rtol=0)
    of_x, *_ = gradients(theirs.square().sum() + sum(their_losses.values()), x, loop)
    our_x, *_ = gradients(ours.hidden.square().sum() + sum(ours.losses.values()), x, moe)
    torch.testing.assert_close(of_x, our_x, atol=1e-5, rtol=1e-5)


def test_the_dispatcher_is_our_mixture_where_its_experts_are_our_means(moe, x):
    experts = [nn.Linear(8, 8) for _ in range(5)]
    with torch.no_grad():
        for j, expert in enumerate(experts):
            expert.weight.copy_(moe.experts.mean_weight[j])
            expert.bias.copy_(moe.experts.mean_bias[j])
    dispatcher = peers.Dispatcher(moe.gate.linear, experts, k=3)
    hidden, _ = dispatcher(x)
    expected = moe.eval()(x).hidden
    torch.testing.assert_close(hidden, expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(
        *(torch.autograd.grad(h.square().sum(), x)[0] for h in (hidden, expected)), atol=1e-5, rtol=1e-5
    )


def test_the_dispatcher_leaves_out_experts_without_rows(moe, x):
    def refuse(_):
        raise AssertionError("asked without a row")

    with torch.no_grad():
        moe.gate.linear.bias[4] = -1e9
    experts = [nn.Linear(8, 8) for _ in range(5)]
    experts[4].forward = refuse
    hidden, _ = peers.Dispatcher(moe.gate.linear, experts, k=3)(x)
    assert hidden.shape == (12, 8)


def test_the_dispatcher_has_the_expert_weights_of_ours(moe):
    dispatcher = peers.of(moe)["dispatcher"]
    theirs = sum(p.numel() for p in dispatcher.experts.parameters())
    assert theirs == moe.experts.weight.numel() + moe.experts.bias.numel()
    assert torch.equal(dispatcher.gate.weight, moe.gate.linear.weight)


class Foreign(nn.Module):
    """What a layer of lucidrains' does, as far as `peers` sees it."""

    def __init__(self, dim, num_experts, hidden_dim):
        super().__init__()
        self.sizes = (dim, num_experts, hidden_dim)

    def forward(self, x):
        assert x.ndim == 3
        return 2 * x, x.new_tensor(0.5)


def test_an_installed_peer_is_called_as_ours_and_has_as_many_flops(moe, x, monkeypatch):
    module = type("mixture_of_experts", (), {"MoE": Foreign})
    monkeypatch.setattr(peers, "import_module", lambda _: module)
    monkeypatch.setattr(peers, "installed", lambda: {"mixture-of-experts": True, "tutel": False})
    found = peers.of(moe)
    assert list(found) == ["dispatcher", "mixture-of-experts"]
    peer = found["mixture-of-experts"]
    hidden, losses = peer(x)
    torch.testing.assert_close(hidden, 2 * x)
    assert losses["aux"].item() == 0.5
    dim, num_experts, hidden_dim = peer.layer.sizes
    assert (dim, num_experts) == (8, 5)
    assert 2 * (2 * dim * hidden_dim) == moe.gate.k * (2 * dim * dim)  # two experts of theirs, k of ours


def test_a_module_that_cannot_be_imported_is_no_peer():
    assert not peers._imports("a_module_that_nobody_wrote")


def test_our_modes_and_forced_ways_share_their_weights_and_agree(x):
    made = layer.ours(CELL, CPU)
    assert set(made) == {"selected", "all"} | {f"{m}, {w}" for m in layer.OURS for w in ("dense", "sorted")}
    first = made["all"].moe
    assert all(ours.moe.experts is first.experts and ours.moe.gate is first.gate for ours in made.values())
    for mode in layer.OURS:
        _, losses = made[mode](x)
        for way in ("dense", "sorted"):
            torch.testing.assert_close(made[f"{mode}, {way}"](x)[1], losses, atol=1e-5, rtol=1e-5)


def test_a_call_of_training_leaves_the_gradients_of_one_step(x):
    made = layer.ours(CELL, CPU)["all, dense"]
    made.moe.output = "mean"  # nothing is drawn, so twice is the same
    call = layer.training(made, x)
    call()
    once = [p.grad.clone() for p in (x, *made.parameters())]
    call()
    for grad, parameter in zip(once, (x, *made.parameters()), strict=True):
        torch.testing.assert_close(parameter.grad, grad)
        assert grad.abs().sum() > 0


@pytest.mark.parametrize("way", [tried.gathered, tried.padded], ids=lambda way: way.__name__)
@pytest.mark.parametrize("push", [0, 20])
def test_what_was_left_computes_the_same(way, push, x, monkeypatch):
    monkeypatch.setattr(torch, "randn", lambda shape, **kinds: torch.ones(shape, dtype=kinds["dtype"]))
    ours = layer.ours(CELL, CPU)["selected"].moe
    with torch.no_grad():
        ours.gate.linear.bias[0] += push
    (hidden, losses), expected = tried.Tried(ours, way)(x), ours(x)
    torch.testing.assert_close(hidden, expected.hidden, atol=1e-5, rtol=0)
    for name in losses:
        torch.testing.assert_close(losses[name], expected.losses[name], atol=1e-5, rtol=0)
    theirs = gradients(hidden.square().sum() + sum(losses.values()), x, ours)
    own = gradients(expected.hidden.square().sum() + sum(expected.losses.values()), x, ours)
    for their, our in zip(theirs, own, strict=True):
        torch.testing.assert_close(their, our, atol=1e-5, rtol=1e-5)
