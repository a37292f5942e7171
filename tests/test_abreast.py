"""Layers abreast give what each of them gives when it is called alone."""

import pytest
import torch

from euar import _abreast, _kernels
from euar._abreast import abreast
from euar._layers import ModalityDict
from euar.moe import UncertaintyAwareMoE

NAMES = ("text", "audio", "vision")


def layers(dim=8, num_experts=6, k=2, dtype=torch.float32, **options):
    torch.manual_seed(0)
    options = {"kl_experts": "selected", "log_var_range": (-0.4, 0.3)} | options
    return ModalityDict({m: UncertaintyAwareMoE(dim, num_experts, k, **options).to(dtype) for m in NAMES})


def batches(rows, dim=8, dtype=torch.float32):
    noise = torch.Generator().manual_seed(1)
    return {m: torch.randn(rows, dim, generator=noise, dtype=dtype).requires_grad_() for m in NAMES}


def generator():
    return torch.Generator().manual_seed(7)


def alone(moes, inputs, source):
    return {m: moes[m](x, None, source) for m, x in inputs.items()}


def together(moes, inputs, source):
    with _kernels.forced("sorted"):
        return abreast(moes, inputs, {}, source)


def computed(call, moes, inputs):
    """Outputs, losses, and the gradients of a function of them all that tells the layers apart."""
    outs = call(moes, inputs, generator())
    objective = 0
    for weight, (m, out) in enumerate(outs.items(), start=1):
        ramp = torch.linspace(-1, weight, out.hidden.numel(), dtype=inputs[m].dtype).view(out.hidden.shape)
        losses = out.losses
        objective = objective + (ramp * out.hidden).sum()
        objective = objective + weight * (3 * losses["kl"] + 2 * losses["u"] + losses["aux"])
    parts = {f"{m} {n}": loss for m, out in outs.items() for n, loss in out.losses.items()}
    assert all(list(out.losses) == ["kl", "aux", "u"] for out in outs.values())
    parts |= {f"{m} hidden": out.hidden for m, out in outs.items()}
    parts |= {f"{m} probs": out.routing.probs for m, out in outs.items()}
    parts |= {f"{m} log_var": out.gaussian.log_var for m, out in outs.items()}
    leaves = {f"{m} x": x for m, x in inputs.items()}
    leaves |= {f"{m} {n}": p for m, moe in moes.items() for n, p in moe.named_parameters()}
    gradients = torch.autograd.grad(objective, list(leaves.values()))
    return parts | {f"gradient of {name}": g for name, g in zip(leaves, gradients, strict=True)}


def assert_same(found, right):
    assert found.keys() == right.keys()
    for name, value in right.items():
        scale = max(value.abs().max().item(), 1) if value.numel() else 1
        assert not value.numel() or (found[name] - value).abs().max() <= 2e-6 * scale, name


@pytest.fixture
def ran(monkeypatch):
    """How often layers ran together."""
    calls, run = [], _abreast._together
    monkeypatch.setattr(_abreast, "_together", lambda *a: calls.append(1) or run(*a))
    return calls


SIZES = {
    "small": {"rows": 5},
    "one row": {"rows": 1},
    "no rows": {"rows": 0},
    "more rows than features": {"rows": 40},
    "far more experts than pairs": {"rows": 3, "num_experts": 40},
    "odd width": {"rows": 30, "dim": 7},
    "74": {"rows": 20, "dim": 74},
}


@pytest.mark.parametrize("kl_experts", ["all", "selected"])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_layers_abreast_give_what_each_gives_alone(sizes, kl_experts, ran):
    sizes = dict(sizes)
    rows = sizes.pop("rows")
    moes, inputs = layers(kl_experts=kl_experts, **sizes), batches(rows, sizes.get("dim", 8))
    with _kernels.forced("dense"):
        right = computed(alone, moes, inputs)
    assert_same(computed(together, moes, inputs), right)
    assert ran


OPTIONS = [
    {"output": "mean"},
    {"log_var_range": None},
    {"renormalize": "batch"},
    {"aux_form": "released"},
    {"kl_reduce": "sum", "u_reduce": "sum", "u_experts": "sum"},
    {"u_detach": "variance"},
    {"u_detach": "gate"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_layers_abreast_know_each_option(options):
    moes, inputs = layers(**options), batches(20)
    with _kernels.forced("dense"):
        right = computed(alone, moes, inputs)
    assert_same(computed(together, moes, inputs), right)


def test_layers_abreast_may_route_unevenly():
    moes, inputs = layers(), batches(20)
    with torch.no_grad():
        for bias, moe in zip(([9, 5, 1, 1, 1, 1], [1, 1, -9, -9, 1, 1], [0] * 6), moes.values(), strict=True):
            moe.gate.linear.weight.zero_()
            moe.gate.linear.bias.copy_(torch.tensor(bias))
    with _kernels.forced("dense"):
        right = computed(alone, moes, inputs)
    assert_same(computed(together, moes, inputs), right)


@pytest.mark.parametrize("kl_experts", ["all", "selected"])
def test_the_gradients_of_layers_abreast_pass_gradcheck(kl_experts):
    moes = layers(dim=3, num_experts=4, dtype=torch.float64, kl_experts=kl_experts)
    leaves = [*batches(5, 3, torch.float64).values(), *(moe.experts.weight for moe in moes.values())]

    def function(*values):
        for moe, weight in zip(moes.values(), values[3:], strict=True):
            del moe.experts.weight
            moe.experts.weight = weight
        outs = together(moes, dict(zip(NAMES, values[:3], strict=True)), generator()).values()
        return [part for out in outs for part in (out.hidden, out.losses["kl"], out.losses["u"])]

    leaves = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    for moe in moes.values():
        del moe.experts.weight
        moe.experts.weight = None
    assert torch.autograd.gradcheck(function, leaves, fast_mode=True)


def test_the_same_seed_gives_the_same_bits():
    moes, inputs = layers(dim=32), batches(40, 32)
    first, second = (computed(together, moes, inputs) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_layers_that_differ_or_are_watched_are_called_one_by_one(ran):
    inputs, seen = batches(20), []

    def run(change, available=None):
        moes = layers()
        change(moes)
        with _kernels.forced("sorted"):
            return abreast(moes, inputs, available or {}, generator())

    run(lambda moes: moes["audio"].eval())
    run(lambda moes: setattr(moes["audio"], "u_detach", "gate"))
    run(lambda moes: setattr(moes["audio"].experts, "log_var_range", (-1.0, 1.0)))
    run(lambda moes: setattr(moes["audio"].gate, "renormalize", "topk"))
    run(lambda moes: moes["audio"].register_forward_hook(lambda *_: seen.append("hook")))
    run(lambda moes: [moe.eval() for moe in moes.values()])
    run(lambda _: None, {"text": torch.ones(20, dtype=torch.bool)})
    assert not ran
    assert seen == ["hook"]
    run(lambda _: None)
    assert ran


def test_a_modality_that_is_not_given_is_not_called():
    moes, inputs = layers(), batches(20)
    del inputs["audio"]
    assert list(together(moes, inputs, generator())) == ["text", "vision"]
