"""The method on another device: losses and gradients as on the CPU in float32, to 1e-4.

Without CUDA, double precision on the CPU takes the other device's place, so that the comparison itself runs.
"""

import copy

import pytest
import torch

from euar.model import EUARConfig

WIDTHS = {"text": 12, "audio": 5}
PRESETS = {"default": EUARConfig, "paper": EUARConfig.paper, "released": EUARConfig.released}
CUDA = pytest.param(
    ("cuda", torch.float32),
    id="cuda",
    marks=[
        pytest.mark.cuda,
        pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU with CUDA"),
    ],
)
ELSEWHERE = [CUDA, pytest.param(("cpu", torch.float64), id="double")]


def answers(model, inputs, available, target):
    """Losses and gradients by name, on the CPU, in double precision."""
    output = model(inputs, available)
    terms = model.loss(output, target)
    terms.total.backward()
    losses = {"total": terms.total, "task": terms.task, **terms.parts}
    found = {f"loss {name}": value.detach() for name, value in losses.items()}
    found["prediction"] = output.prediction.detach()
    found |= {f"gradient of {name}": p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {name: value.cpu().double() for name, value in found.items()}


def both(make, elsewhere):
    """The answers of one model on the CPU in float32, and elsewhere."""
    torch.manual_seed(0)
    model = make(WIDTHS, output="mean").build()  # no draws: each device has its own stream of them
    inputs = {m: torch.randn(64, width) for m, width in WIDTHS.items()}
    available = {"audio": torch.arange(64) % 3 > 0}
    target = torch.randn(64)
    there = copy.deepcopy(model).to(*elsewhere)
    moved = {m: x.to(*elsewhere) for m, x in inputs.items()}
    masks = {m: mask.to(elsewhere[0]) for m, mask in available.items()}
    return answers(model, inputs, available, target), answers(there, moved, masks, target.to(*elsewhere))


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("preset", PRESETS)
def test_losses_and_gradients_agree(preset, elsewhere):
    here, there = both(PRESETS[preset], elsewhere)
    assert here.keys() == there.keys()
    for name, value in here.items():
        torch.testing.assert_close(
            there[name], value, rtol=1e-4, atol=1e-4, msg=lambda m, n=name: f"{n}: {m}"
        )


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_draw_has_the_same_law(elsewhere):
    torch.manual_seed(0)
    model = EUARConfig(WIDTHS).build().to(*elsewhere)
    inputs = {m: torch.ones(1, width).to(*elsewhere).expand(20_000, -1) for m, width in WIDTHS.items()}
    out = model(inputs, generator=torch.Generator(elsewhere[0]).manual_seed(0)).moe["text"]
    weights = out.routing.weights[0].cpu().double()  # (N,)
    mean, variance = (part[0].detach().cpu().double() for part in (out.gaussian.mean, out.gaussian.variance))
    hidden = out.hidden.detach().cpu().double()
    spread = (weights.square() @ variance).sqrt()  # (D,), of the sum of independent draws (Eq. 3, 6)
    assert ((hidden.mean(dim=0) - weights @ mean).abs() < 5 * spread / 20_000**0.5).all()
    assert (hidden.std(dim=0) / spread - 1).abs().max() < 0.03
