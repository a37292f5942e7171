"""Copies, files, other devices and other weights: a module is more than its forward pass."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch._subclasses import FakeTensorMode
from torch.func import functional_call, grad, stack_module_state
from torch.nn.utils import parametrizations, parametrize

from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE

D, ROWS = 8, 20
WIDTHS = {"type": 7, "a.b": 4}
MODES = pytest.mark.parametrize("training", [True, False])


def moe(seed=0, training=False, **options):
    torch.manual_seed(seed)
    return UncertaintyAwareMoE(D, 5, 2, **options).train(training)


def model():
    torch.manual_seed(0)
    return EUARConfig(WIDTHS, dim=6, num_experts=4, k=2).build()


def batch(rows=ROWS, width=D):
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(1))


def inputs():
    return {m: batch(width=width) for m, width in WIDTHS.items()}


def parts(out):
    return [out.hidden, *out.routing, *out.gaussian, *out.losses.values()]


def assert_same_outputs(one, other):
    for a, b in zip(parts(one), parts(other), strict=True):
        torch.testing.assert_close(a, b)


# Copies and files


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_a_copy_is_the_same_and_shares_nothing(copied):
    first = model()
    other = copied(first)
    assert torch.equal(first.predict(inputs()), other.predict(inputs()))
    with torch.no_grad():
        for p in other.parameters():
            p.zero_()
    assert first.predict(inputs()).any()


@pytest.mark.parametrize("kl_experts", ["all", "selected"])
@MODES
def test_an_output_goes_to_another_process_whole(training, kl_experts):
    layer = moe(training=training, kl_experts=kl_experts)
    with torch.no_grad():
        out = layer(batch())
    there = pickle.loads(pickle.dumps(out))
    assert type(there.gaussian) is type(out.gaussian)
    assert_same_outputs(there, out)


def test_weights_go_through_a_file_without_a_pickle_and_fit_strictly(tmp_path):
    first = model()
    torch.save(first.state_dict(), tmp_path / "weights.pt")
    weights = torch.load(tmp_path / "weights.pt", weights_only=True)
    other = EUARConfig(WIDTHS, dim=6, num_experts=4, k=2).build()
    other.load_state_dict(weights, strict=True)
    assert torch.equal(first.predict(inputs()), other.predict(inputs()))
    with pytest.raises(RuntimeError, match="Unexpected key"):
        other.load_state_dict(weights | {"moes.other.weight": torch.zeros(1)}, strict=True)
    with pytest.raises(RuntimeError, match="size mismatch"):
        EUARConfig(WIDTHS, dim=5, num_experts=4, k=2).build().load_state_dict(weights)


# No data


@MODES
def test_on_the_meta_device_shapes_are_computed_and_nothing_else(training):
    layer, x = moe(training=training).to("meta"), batch(3).to("meta")
    out = layer(x, torch.ones(3, dtype=torch.bool, device="meta"))
    assert out.hidden.is_meta
    assert out.hidden.shape == (3, D)
    assert out.gaussian.mean.shape == (3, 5, D)
    assert all(loss.is_meta and loss.shape == () for loss in out.losses.values())


def test_a_model_built_without_data_takes_weights_or_draws_them():
    with torch.device("meta"):
        empty = model()
    masks = dict.fromkeys(WIDTHS, torch.ones(ROWS, dtype=torch.bool, device="meta"))
    assert empty({m: x.to("meta") for m, x in inputs().items()}, masks).prediction.shape == (ROWS,)
    first = model()
    empty.load_state_dict(first.state_dict(), assign=True)
    assert torch.equal(empty.predict(inputs()), first.predict(inputs()))
    drawn = moe().to("meta").to_empty(device="cpu")
    for module in drawn.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    assert drawn.experts.weight.std().item() == pytest.approx((3 * D) ** -0.5, rel=0.1)


def test_fake_tensors_pass_in_both_modes():
    with FakeTensorMode():
        for layer in (moe(), moe(training=True)):
            assert layer(torch.randn(ROWS, D)).losses["u"].shape == ()


# Inference mode


@MODES
def test_inference_mode_gives_the_same_and_its_outputs_can_be_read_later(training):
    layer = moe(training=training, output="mean")
    expected = layer(batch())
    with torch.inference_mode():
        out = layer(batch())
    assert_same_outputs(out, expected)
    assert not out.losses["kl"].requires_grad


def test_a_module_made_in_inference_mode_predicts():
    with torch.inference_mode():
        layer = moe()
        out = layer(batch())
        assert_same_outputs(out, out)
    assert torch.equal(out.hidden, moe()(batch()).hidden)


def test_what_is_read_first_within_inference_mode_still_trains():
    layer = moe()
    out = layer(batch())
    with torch.inference_mode():
        kl = out.losses["kl"]
    kl.backward()
    assert layer.experts.weight.grad.any()


# Other weights


@MODES
def test_a_functional_call_takes_the_weights_that_it_is_given(training):
    layer, other = moe(0, training, output="mean"), moe(1, training, output="mean")
    out = functional_call(layer, dict(other.named_parameters()), (batch(),))
    assert_same_outputs(out, other(batch()))


def test_an_input_that_is_overwritten_is_refused_not_read():
    layer, x = moe(), batch()
    out = layer(x)
    x.zero_()
    with pytest.raises(RuntimeError, match="input or the experts' weights have changed"):
        out.gaussian  # noqa: B018


@MODES
def test_a_parametrized_weight_acts(training):
    class Halved(nn.Module):
        def forward(self, weight):
            return weight / 2

    layer, other = moe(training=training, output="mean"), moe(training=training, output="mean")
    parametrize.register_parametrization(layer.experts, "weight", Halved())
    with torch.no_grad():
        other.experts.weight /= 2
    out = layer(batch())
    assert_same_outputs(out, other(batch()))
    (out.hidden.sum() + out.losses["kl"]).backward()
    assert layer.experts.parametrizations.weight.original.grad.any()
    parametrizations.spectral_norm(layer.gate.linear)
    assert layer(batch()).hidden.shape == (ROWS, D)


# torch.func


@MODES
@pytest.mark.parametrize("kl_experts", ["all", "selected"])
def test_vmap_over_an_ensemble_is_each_member(training, kl_experts):
    members = [moe(seed, training, output="mean", kl_experts=kl_experts) for seed in range(3)]
    weights, buffers = stack_module_state(members)
    base, x = copy.deepcopy(members[0]), batch()

    def one(weights, buffers):
        return functional_call(base, (weights, buffers), (x,))

    out = torch.vmap(one)(weights, buffers)
    assert out.hidden.shape == (3, ROWS, D)
    for i, member in enumerate(members):
        alone = member(x)
        torch.testing.assert_close(out.hidden[i], alone.hidden)
        torch.testing.assert_close(out.losses["kl"][i], alone.losses["kl"])


def test_vmap_draws_noise_for_each_member():
    layer, x = moe(training=True), batch()
    hidden = torch.vmap(lambda _: layer(x).hidden, randomness="different")(torch.arange(2))
    assert not torch.equal(hidden[0], hidden[1])


@MODES
@pytest.mark.parametrize("kl_experts", ["all", "selected"])
def test_gradients_of_torch_func_are_those_of_autograd(training, kl_experts):
    layer, x = moe(training=training, output="mean", kl_experts=kl_experts), batch()

    def objective(weights):
        out = functional_call(layer, weights, (x,))
        return out.hidden.square().sum() + sum(out.losses.values())

    weights = dict(layer.named_parameters())
    found = grad(objective)({name: w.detach() for name, w in weights.items()})
    right = torch.autograd.grad(objective(weights), list(weights.values()))
    for name, value in zip(weights, right, strict=True):
        torch.testing.assert_close(found[name], value)
