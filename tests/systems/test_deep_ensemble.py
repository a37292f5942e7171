"""A deep ensemble: networks that never learn from each other, and their mixture."""

import copy

import pytest
import torch

from euar.systems.deep_ensemble import DeepEnsembleConfig
from tests.systems.small import WIDTHS, inputs


def test_the_networks_begin_apart_and_answer_as_a_mixture():
    model, x = DeepEnsembleConfig(WIDTHS).build(), inputs()
    alone = [network(x) for network in model.networks]
    mean, variance = (torch.stack([one[i] for one in alone]) for i in (0, 1))
    assert len(alone) == 5 and (mean.std(dim=0) > 0).all()
    output = model(x)
    torch.testing.assert_close(output.prediction, mean.mean(dim=0))
    torch.testing.assert_close(output.variance, variance.mean(dim=0) + mean.var(dim=0, unbiased=False))


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_step_of_all_is_a_step_of_each(task):
    """Adam does not see that a network's gradient is a fifth of what it is alone."""
    model = DeepEnsembleConfig(WIDTHS, task=task, outputs=1 if task == "regression" else 3).build()
    twin, x = copy.deepcopy(model), inputs()
    target = torch.randn(4) if task == "regression" else torch.tensor([0, 1, 2, 0])
    loss = model.loss(model(x), target)
    loss.total.backward()
    alone = [network.loss(network(x), target).total for network in twin.networks]
    for one in alone:
        one.backward()
    torch.testing.assert_close(loss.total, torch.stack(alone).mean())
    for found, expected in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(found.grad, expected.grad / 5)


def test_classes_have_the_networks_mean_probability():
    model, x = DeepEnsembleConfig(WIDTHS, task="classification", outputs=3).build(), inputs()
    shares = torch.stack([network(x).prediction.softmax(dim=-1) for network in model.networks])
    torch.testing.assert_close(model(x).prediction.softmax(dim=-1), shares.mean(dim=0))


def test_an_ensemble_of_none_is_refused():
    with pytest.raises(ValueError, match="networks"):
        DeepEnsembleConfig(WIDTHS, networks=0)
