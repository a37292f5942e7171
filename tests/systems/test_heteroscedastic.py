"""A mean and a variance from one network: the formula, the loss, and a variance that follows the noise."""

import pytest
import torch

from euar.chapters.what_sigma_knows.meters import spearman
from euar.data import simulate
from euar.systems.announced import likelihood
from euar.systems.heteroscedastic import HeteroscedasticConfig
from euar.training import fit
from tests.systems.small import WIDTHS, inputs


def test_mean_and_variance_come_from_one_hidden_layer():
    model, x = HeteroscedasticConfig(WIDTHS, dim=5).build(), inputs()
    joint = torch.cat([model.projections[m](x[m]) for m in WIDTHS], dim=1)
    first, _, last = model.head
    mean, raw = (torch.relu(joint @ first.weight.T + first.bias) @ last.weight.T + last.bias).T
    output = model(x)
    torch.testing.assert_close(output.prediction, mean)
    torch.testing.assert_close(output.variance, (1 + raw.exp()).log() + 1e-4)


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_loss_is_the_likelihood(outputs):
    model = HeteroscedasticConfig(WIDTHS, outputs=outputs, task_weight=2.0).build()
    output = model(inputs())
    target = torch.randn(output.prediction.shape)
    loss = model.loss(output, target)
    torch.testing.assert_close(loss.task, likelihood(output.prediction, output.variance, target).mean())
    torch.testing.assert_close(loss.total, 2 * loss.task)


def test_a_missing_modality_is_zero_after_its_projection():
    model, x = HeteroscedasticConfig(WIDTHS, dim=5).build(), inputs()
    assert model.joint({"b": x["b"]}, {})[:, :5].eq(0).all()


def test_another_loss_is_refused():
    with pytest.raises(ValueError, match="task_loss"):
        HeteroscedasticConfig(WIDTHS, task_loss="l1")


def test_its_sd_follows_the_noise_of_a_row():
    data = simulate(n=(1000, 200, 400))
    (run,) = fit(HeteroscedasticConfig(data.in_features), data, seeds=[0], epochs=12, lr=3e-3, device="cpu")
    test = data.split == "test"
    noise = sum(level[test] for level in data.meta["noise"].values())
    assert spearman(run.predict(data).sd[test], noise) > 0.3
