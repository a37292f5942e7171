"""Half precision, by autocast or of the module: probabilities and losses are float32; and float64 stays."""

import pytest
import torch

from euar.gating import TopKGate
from euar.losses import kl_divergence, load_balance_loss, uncertainty_loss
from euar.model import EUARConfig
from euar.moe import CHOICES, UncertaintyAwareMoE
from euar.systems import SYSTEMS

ROWS, D = 40, 16
WIDTHS = {"text": 7, "audio": 4}
HALF = [torch.bfloat16, torch.float16]
PRESETS = {"default": EUARConfig, "paper": EUARConfig.paper, "released": EUARConfig.released}


def moe(**options):
    torch.manual_seed(0)
    return UncertaintyAwareMoE(D, 6, 2, **options)


#: Every word that is not the default, one a layer.
OPTIONS = [
    {},
    {"log_var_range": None},
    *(
        {name: word}
        for name, words in CHOICES.items()
        for word in words
        if word != getattr(moe(), name, "none")
    ),
]


def batch(rows=ROWS, width=D):
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(1))


def inputs():
    return {m: batch(width=width) for m, width in WIDTHS.items()}


def autocast(dtype):
    return torch.autocast("cpu", dtype=dtype)


def step(module, loss):
    loss.backward()
    assert all(
        p.grad is None or (p.grad.isfinite().all() and p.grad.dtype == p.dtype) for p in module.parameters()
    )
    assert sum(p.grad is not None and bool(p.grad.any()) for p in module.parameters()) > 0


@pytest.mark.parametrize("dtype", HALF, ids=str)
@pytest.mark.parametrize(
    ("options", "training"), [*((each, True) for each in OPTIONS), (OPTIONS[0], False)], ids=str
)
def test_autocast_knows_every_option(options, training, dtype):
    layer, available = moe(**options).train(training), torch.arange(ROWS) % 3 != 1
    with autocast(dtype):
        out = layer(batch(), available)
    assert {loss.dtype for loss in out.losses.values()} == {out.routing.probs.dtype} == {torch.float32}
    assert out.hidden.dtype == dtype
    plain = layer(batch(), available)
    for name, loss in plain.losses.items():
        torch.testing.assert_close(out.losses[name], loss, rtol=0.03, atol=1e-3)
    step(layer, out.hidden.float().sum() + sum(out.losses.values()))


@pytest.mark.parametrize("dtype", HALF, ids=str)
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("task", "outputs"), [("regression", 1), ("classification", 3)])
def test_autocast_trains_every_preset_with_losses_in_float32(preset, task, outputs, dtype):
    torch.manual_seed(0)
    model = PRESETS[preset](in_features=WIDTHS, dim=8, task=task, outputs=outputs).build()
    target = torch.linspace(-3, 3, ROWS) if task == "regression" else torch.arange(ROWS) % 3
    with autocast(dtype):
        loss = model.loss(model(inputs()), target)
    assert {loss.total.dtype, loss.task.dtype, *(p.dtype for p in loss.parts.values())} == {torch.float32}
    step(model, loss.total)
    with autocast(dtype):
        predicted = model.predict(inputs())
    assert predicted.isfinite().all()


@pytest.mark.parametrize("dtype", HALF, ids=str)
@pytest.mark.parametrize("name", ["linear-experts", "mlp-experts"])
def test_each_system_that_routes_trains_in_half_precision(name, dtype):
    torch.manual_seed(0)
    model = SYSTEMS[name].configure(WIDTHS, "regression", 1).build().to(dtype)
    loss = model.loss(model({m: x.to(dtype) for m, x in inputs().items()}), torch.linspace(-3, 3, ROWS))
    assert loss.task.dtype == loss.total.dtype == torch.float32
    step(model, loss.total)


@pytest.mark.parametrize(
    ("options", "dtype"),
    [*((each, torch.bfloat16) for each in OPTIONS), ({}, torch.float16), ({}, torch.float64)],
    ids=str,
)
def test_a_module_of_another_type_keeps_it_and_loses_no_digit_of_its_losses(options, dtype):
    layer, x = moe(**options).to(dtype), batch().to(dtype)
    out = layer(x, generator=torch.Generator().manual_seed(2))
    wide = torch.promote_types(dtype, torch.float32)
    assert out.hidden.dtype == out.gaussian.mean.dtype == dtype
    assert {loss.dtype for loss in out.losses.values()} == {out.routing.probs.dtype} == {wide}
    exact = type(out.gaussian)(*(part.double() for part in out.gaussian))
    routing = type(out.routing)(out.routing.probs.double(), out.routing.index, out.routing.weights.double())
    right = {
        "kl": kl_divergence(exact, layer.kl_reduce),
        "aux": load_balance_loss(routing, layer.aux_form),
        "u": uncertainty_loss(exact, routing, layer.u_reduce, layer.u_experts),
    }
    for name, loss in out.losses.items():
        torch.testing.assert_close(loss.double(), right[name], rtol=1e-5, atol=1e-6)
    step(layer, out.hidden.to(wide).sum() + sum(out.losses.values()))


def test_near_ties_are_not_ties_in_half_precision():
    gate = TopKGate(4, 300, 3).to(torch.bfloat16)
    routing = gate(batch(50, 4).bfloat16())
    assert (routing.probs.sum(dim=-1) - 1).abs().max() < 1e-5


def test_the_gradient_of_a_bias_is_summed_with_enough_digits():
    layer = moe(kl_experts="selected").to(torch.bfloat16)
    index = torch.zeros(2000, 1, dtype=torch.int64)
    layer.experts(batch(2000).bfloat16(), index).mean.sum().backward()
    assert layer.experts.bias.grad[0, 0, 0] == 2000


def test_what_is_read_after_autocast_is_what_it_was_within():
    layer, x = moe().eval(), batch()
    with autocast(torch.bfloat16):
        late, early = layer(x.bfloat16()), layer(x.bfloat16())
        expected = early.losses
    assert late.gaussian.mean.dtype == torch.bfloat16
    assert all(torch.equal(late.losses[name], loss) for name, loss in expected.items())
