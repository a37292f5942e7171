"""EUAR with a Gaussian likelihood: its loss is a normal distribution's, and its variance meets errors."""

import math

import pytest
import torch
from torch.distributions import Normal

from euar.chapters.what_sigma_knows.likelihood import LOG_VAR_RANGE, LikelihoodConfig, LikelihoodOutput
from euar.training import fit
from tests.training.tiny import dataset

CONFIG = LikelihoodConfig(
    in_features={"a": 3, "b": 2}, dim=4, num_experts=3, k=2, alpha=0.3, beta=0.2, lam=0.1
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return CONFIG.build()


@pytest.fixture
def inputs():
    generator = torch.Generator().manual_seed(1)
    return {"a": torch.randn(8, 3, generator=generator), "b": torch.randn(8, 2, generator=generator)}


def test_the_loss_is_a_normal_distributions_and_the_weighted_terms(model, inputs):
    output, target = model(inputs), torch.linspace(-2, 2, 8)
    loss = model.loss(output, target)
    normal = Normal(output.prediction, (output.log_var / 2).exp())
    task = -normal.log_prob(target).mean() - math.log(2 * math.pi) / 2
    assert loss.task.item() == pytest.approx(task.item(), rel=1e-5)
    extra = {name: sum(o.losses[name].item() for o in output.moe.values()) for name in ("kl", "aux", "u")}
    assert {name: part.item() for name, part in loss.parts.items()} == pytest.approx(extra)
    total = task.item() + 0.3 * extra["kl"] + 0.2 * extra["aux"] + 0.1 * extra["u"]
    assert loss.total.item() == pytest.approx(total, rel=1e-5)


def test_the_best_variance_is_the_squared_error(model):
    error = torch.tensor([0.5, 1.5])
    log_var = error.square().log().requires_grad_()
    output = LikelihoodOutput(torch.zeros(2), log_var, {})
    (slope,) = torch.autograd.grad(model.loss(output, error).task, log_var)
    torch.testing.assert_close(slope, torch.zeros(2), atol=1e-6, rtol=0)


def test_mean_and_log_variance_are_the_heads_two_outputs(model, inputs):
    model.eval()
    output = model(inputs)
    joint = torch.cat([out.hidden for out in output.moe.values()], dim=1)
    torch.testing.assert_close(torch.stack([output.prediction, output.log_var], dim=1), model.head(joint))


def test_the_log_variance_is_clamped(model, inputs):
    with torch.no_grad():
        model.head.bias[1] = 100.0
    assert model(inputs).log_var.tolist() == [LOG_VAR_RANGE[1]] * 8


def test_it_trains_like_any_model():
    runs = fit(CONFIG, dataset(120), epochs=2, device="cpu")
    assert runs[0].predictions["test"].shape == (30,)


def test_a_configuration_survives_json():
    assert LikelihoodConfig.from_dict(CONFIG.to_dict()) == CONFIG
