"""Plain experts behind EUAR's gate: one row and one expert at a time; what an unavailable row may not do."""

import pytest
import torch

from euar.losses import load_balance_loss
from euar.systems.linear_experts import LinearExpertsConfig
from euar.systems.mixture import Linears, MixtureConfig, PlainMoE

WIDTHS = {"a": 6, "b": 3}


@pytest.fixture
def moe():
    torch.manual_seed(0)
    return PlainMoE(MixtureConfig(WIDTHS, dim=5, num_experts=4, k=2), Linears)


def test_hidden_is_the_weighted_sum_of_the_chosen_experts(moe):
    x, experts = torch.randn(7, 5), moe.experts
    out = moe(x)
    for row in range(7):
        chosen = out.routing.index[row].tolist()
        answers = {j: x[row] @ experts.weight[j] + experts.bias[j, 0] for j in chosen}
        expected = sum(out.routing.weights[row, j] * answer for j, answer in answers.items())
        torch.testing.assert_close(out.hidden[row], expected)


def test_the_loss_is_that_of_the_gate_alone(moe):
    out = moe(torch.randn(7, 5))
    torch.testing.assert_close(out.aux, load_balance_loss(out.routing, "switch"))


def test_a_row_that_is_not_available_changes_nothing(moe):
    x, available = torch.randn(4, 5), torch.tensor([True, False, True, True])
    x[1] = torch.nan
    out, without = moe(x, available), moe(x[available])
    assert out.hidden[1].eq(0).all()
    torch.testing.assert_close(out.hidden[available], without.hidden)
    torch.testing.assert_close(out.aux, without.aux)


@pytest.mark.parametrize(
    ("x", "available"),
    [(torch.ones(4, 6), None), (torch.ones(4, 5), torch.ones(4)), (torch.ones(4, 5), torch.ones(3).bool())],
)
def test_what_does_not_fit_is_refused(moe, x, available):
    with pytest.raises(ValueError, match="expected"):
        moe(x, available)


def test_each_layer_starts_like_a_linear_one():
    torch.manual_seed(0)
    layers = Linears(4, 5)
    for parameter in (layers.weight, layers.bias):
        assert parameter.abs().max() <= 5**-0.5
        assert parameter.abs().max() > 0.8 * 5**-0.5


@pytest.mark.parametrize("fusion", ["concat", "add"])
def test_the_head_sees_the_fused_modalities(fusion):
    torch.manual_seed(0)
    model = LinearExpertsConfig(WIDTHS, dim=5, fusion=fusion, beta=0.5).build()
    inputs = {name: torch.randn(4, width) for name, width in WIDTHS.items()}
    out = model(inputs)
    hidden = [model.moes[m](model.projections[m](inputs[m])).hidden for m in WIDTHS]
    joint = torch.cat(hidden, dim=1) if fusion == "concat" else hidden[0] + hidden[1]
    torch.testing.assert_close(out.prediction, model.head(joint)[:, 0])
    loss = model.loss(out, torch.zeros(4))
    torch.testing.assert_close(loss.parts["aux"], out.moe["a"].aux + out.moe["b"].aux)
    torch.testing.assert_close(loss.total, loss.task + 0.5 * loss.parts["aux"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 0}, "k: expected an int of at least 1"),
        ({"renormalize": "all"}, "renormalize: expected one of"),
        ({"aux_form": "none"}, "aux_form: expected one of"),
        ({"fusion": "mean"}, "fusion: expected one of"),
        ({"head": "deep"}, "head: expected one of"),
        ({"beta": -1.0}, "beta: expected a finite number >= 0"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        MixtureConfig(WIDTHS, **changes)
