"""The base against its smallest child: what a system inherits, and what it must bring."""

from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from euar.systems.base import LossTerms, MultimodalModel
from euar.systems.config import SystemConfig

WIDTHS = {"a": 6, "b": 3}
SOME = torch.tensor([True, False, True, True])


class Output(NamedTuple):
    prediction: Tensor


class Sum(MultimodalModel):
    """Adds the projections up, and draws noise in training."""

    def forward(self, inputs, available=None, generator=None):
        total = sum(self.project(inputs, available or {}).values())
        noise = torch.randn(total.shape, generator=generator) if self.training else 0
        return Output(self.shaped((total + noise)[:, : self.config.outputs]))

    def loss(self, output, target):
        task = self.task_loss(output.prediction, target)
        return LossTerms(self.config.task_weight * task, task, {})


def model(**changes):
    torch.manual_seed(0)
    return Sum(SystemConfig(WIDTHS, dim=4, **changes))


def inputs(rows=4):
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}


def test_a_projection_is_zero_where_its_modality_is_missing():
    one, x = model(), inputs()
    x["b"][1] = torch.nan
    projected = one.project(x, {"b": SOME})
    assert projected["b"][1].eq(0).all()
    torch.testing.assert_close(projected["b"][SOME], one.projections["b"](x["b"][SOME]))
    torch.testing.assert_close(projected["a"], one.projections["a"](x["a"]))


def test_a_missing_row_sends_no_gradient():
    one, x = model(), inputs(2)
    x["b"][:] = torch.nan
    projected = one.project(x, {"b": torch.zeros(2, dtype=torch.bool)})
    sum(part.sum() for part in projected.values()).backward()
    assert all(p.grad.eq(0).all() for p in one.projections["b"].parameters())


def test_projections_come_in_the_order_of_the_configuration():
    assert list(model().project(dict(reversed(inputs().items())), {})) == ["a", "b"]


@pytest.mark.parametrize("projection", ["linear-norm", "linear", "linear-nobias"])
def test_the_configuration_names_the_projection(projection):
    layer = model(projection=projection).projections["a"]
    linear = layer[0] if projection == "linear-norm" else layer
    assert isinstance(linear, nn.Linear)
    assert (linear.bias is None) == (projection == "linear-nobias")


@pytest.mark.parametrize("training", [True, False])
def test_predict_evaluates_and_restores_the_mode(training):
    one, x = model().train(training), inputs()
    prediction = one.predict(x)
    assert one.training is training
    assert not prediction.requires_grad
    assert torch.equal(prediction, one.predict(x))  # no noise


def test_predict_restores_the_mode_after_an_error():
    one = model()
    with pytest.raises(ValueError, match="found none"):
        one.predict({})
    assert one.training


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, lambda p, y: (p - y).square().mean()),
        ({"task_loss": "l1"}, lambda p, y: (p - y).abs().mean()),
        ({"outputs": 2}, lambda p, y: (p - y).square().mean()),
        (
            {"task": "classification", "outputs": 3},
            lambda p, y: -p.log_softmax(-1)[torch.arange(4), y].mean(),
        ),
    ],
    ids=["mse", "l1", "two numbers", "classes"],
)
def test_the_tasks_loss_goes_by_name(changes, expected):
    one, x = model(**changes).eval(), inputs()
    out = one(x)
    target = torch.tensor([0, 1, 2, 0]) if "task" in changes else torch.randn_like(out.prediction)
    torch.testing.assert_close(one.loss(out, target).task, expected(out.prediction, target))


def test_a_target_is_never_broadcast():
    one = model()
    with pytest.raises(ValueError, match=r"target: expected float of shape \(4,\)"):
        one.loss(one(inputs()), torch.zeros(4, 1))


def test_a_system_without_its_own_parts_cannot_be_built():
    with pytest.raises(TypeError, match=r"forward.*loss"):
        MultimodalModel(SystemConfig(WIDTHS))


def test_a_configuration_without_a_model_says_so():
    with pytest.raises(NotImplementedError, match=r"SystemConfig needs a build\(\)"):
        SystemConfig(WIDTHS).build()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"in_features": {}}, "in_features: expected at least one modality"),
        ({"in_features": {"a": 0}}, r"in_features\['a'\]: expected an int of at least 1"),
        ({"dim": 0}, "dim: expected an int of at least 1"),
        ({"projection": "conv"}, "projection: expected one of"),
        ({"task": "ranking"}, "task: expected one of"),
        ({"task_loss": "cross-entropy"}, "task_loss: expected one of None, 'mse', 'l1'"),
        ({"task": "classification"}, "outputs: expected at least 2 classes, found 1"),
        ({"task_weight": float("nan")}, "task_weight: expected a finite number >= 0"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        SystemConfig(**{"in_features": WIDTHS} | changes)
