"""EUAR with plain experts: one row and one expert at a time, and what an unavailable row may not do."""

import pytest
import torch

from euar.losses import load_balance_loss
from euar.model import EUAR, EUARConfig
from euar.systems.mlp_experts import MLPExpertsConfig, PlainMoE

WIDTHS = {"a": 6, "b": 3}


@pytest.fixture
def moe():
    torch.manual_seed(0)
    return PlainMoE(EUARConfig(WIDTHS, dim=5, num_experts=4, k=2))


def by_hand(moe, x, j):
    hidden = torch.relu(x @ moe.first.weight[j] + moe.first.bias[j, 0])
    return hidden @ moe.second.weight[j] + moe.second.bias[j, 0]


def test_hidden_is_the_weighted_sum_of_the_chosen_experts(moe):
    x = torch.randn(7, 5)
    out = moe(x)
    for row in range(7):
        chosen = out.routing.index[row].tolist()
        expected = sum(out.routing.weights[row, j] * by_hand(moe, x[row], j) for j in chosen)
        torch.testing.assert_close(out.hidden[row], expected)


def test_the_losses_are_those_of_the_gate_alone(moe):
    out = moe(torch.randn(7, 5))
    assert out.gaussian is None
    assert out.losses["kl"] == out.losses["u"] == 0
    torch.testing.assert_close(out.losses["aux"], load_balance_loss(out.routing, "switch"))


def test_a_row_that_is_not_available_changes_nothing(moe):
    x, available = torch.randn(4, 5), torch.tensor([True, False, True, True])
    x[1] = torch.nan
    out, without = moe(x, available), moe(x[available])
    assert out.hidden[1].eq(0).all()
    torch.testing.assert_close(out.hidden[available], without.hidden)
    torch.testing.assert_close(out.losses["aux"], without.losses["aux"])


@pytest.mark.parametrize(
    ("x", "available"),
    [(torch.ones(4, 6), None), (torch.ones(4, 5), torch.ones(4)), (torch.ones(4, 5), torch.ones(3).bool())],
)
def test_what_does_not_fit_is_refused(moe, x, available):
    with pytest.raises(ValueError, match="expected"):
        moe(x, available)


def test_it_has_as_many_parameters_as_euar():
    counts = [
        sum(p.numel() for p in config(WIDTHS).build().parameters())
        for config in (MLPExpertsConfig, EUARConfig)
    ]
    assert counts[0] == counts[1]


def test_each_layer_starts_like_a_linear_one(moe):
    bound = 5**-0.5
    for layer in (moe.first, moe.second):
        for parameter in (layer.weight, layer.bias):
            assert parameter.abs().max() <= bound
            assert parameter.abs().max() > 0.8 * bound


def test_the_model_is_euar_but_for_the_experts():
    torch.manual_seed(0)
    model = MLPExpertsConfig(WIDTHS, dim=5).build()
    assert isinstance(model, EUAR)
    inputs = {name: torch.randn(4, width) for name, width in WIDTHS.items()}
    out = model(inputs)
    joint = torch.cat([model.moes[m](model.projections[m](inputs[m])).hidden for m in WIDTHS], dim=1)
    torch.testing.assert_close(out.prediction, model.head(joint)[:, 0])
    loss = model.loss(out, torch.zeros(4))
    torch.testing.assert_close(loss.total, loss.task + 0.01 * loss.aux)


def test_training_and_evaluation_answer_alike():
    model = MLPExpertsConfig(WIDTHS, dim=5).build()
    inputs = {name: torch.randn(4, width) for name, width in WIDTHS.items()}
    torch.testing.assert_close(model.train()(inputs).prediction, model.predict(inputs))
