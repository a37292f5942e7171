"""Early fusion: the formula, rows without a modality, and gradients that stay finite."""

import pytest
import torch
from torch import nn

from euar.systems.concat import ConcatConfig
from tests.systems.small import WIDTHS, inputs


@pytest.mark.parametrize("fusion", ["concat", "add"])
def test_the_prediction_is_one_hidden_layer_over_the_projections(fusion):
    torch.manual_seed(0)
    model, x = ConcatConfig(WIDTHS, dim=5, fusion=fusion).build(), inputs()
    projected = [model.projections[m](x[m]) for m in WIDTHS]
    joint = torch.cat(projected, dim=1) if fusion == "concat" else sum(projected)
    first, _, last = model.head
    expected = torch.relu(joint @ first.weight.T + first.bias) @ last.weight.T + last.bias
    torch.testing.assert_close(model(x).prediction, expected[:, 0])


def test_a_missing_modality_is_zero_after_its_projection():
    model, x = ConcatConfig(WIDTHS, dim=5).build(), inputs()
    assert model({"a": x["a"]}).joint[:, 5:].eq(0).all()
    some = torch.tensor([True, False, True, True])
    x["b"][1] = torch.nan
    out = model(x, {"b": some})
    assert out.joint[1, 5:].eq(0).all()
    assert out.joint[some, 5:].ne(0).any(dim=1).all()
    model.loss(out, torch.zeros(4)).total.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_the_loss_is_the_tasks_alone():
    model = ConcatConfig(WIDTHS, task="classification", outputs=3).build()
    out, target = model(inputs()), torch.tensor([0, 1, 2, 0])
    loss = model.loss(out, target)
    torch.testing.assert_close(loss.total, torch.nn.functional.cross_entropy(out.prediction, target))
    assert loss.parts == {}


def test_the_first_weights_are_those_of_its_own_layers_alone():
    torch.manual_seed(0)
    model = ConcatConfig(WIDTHS, dim=5, projection="linear").build()
    torch.manual_seed(0)
    layers = [nn.Linear(6, 5), nn.Linear(3, 5), nn.Linear(10, 5), nn.Linear(5, 1)]
    expected = [parameter for layer in layers for parameter in layer.parameters()]
    for found, wanted in zip(model.parameters(), expected, strict=True):
        assert torch.equal(found, wanted)
