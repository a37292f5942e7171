"""Late fusion: means of predictions, independent networks, rows that lack a modality."""

import pytest
import torch
from torch.nn.functional import cross_entropy, mse_loss

from euar.systems.late_fusion import LateFusionConfig
from tests.systems.small import WIDTHS, inputs

SOME = torch.tensor([True, False, True, True])


def says(model, name, x):
    """What the network of one modality predicts."""
    prediction = model.heads[name](model.projections[name](x))
    return prediction[:, 0] if prediction.shape[1] == 1 else prediction


def parameters(model, name):
    return [*model.projections[name].parameters(), *model.heads[name].parameters()]


def test_the_prediction_is_the_mean_of_the_networks():
    model, x = LateFusionConfig(WIDTHS, dim=5).build(), inputs()
    each = [says(model, m, x[m]) for m in WIDTHS]
    torch.testing.assert_close(model(x).prediction, sum(each) / 2)


def test_class_probabilities_are_averaged():
    model, x = LateFusionConfig(WIDTHS, task="classification", outputs=3).build(), inputs()
    each = [says(model, m, x[m]).softmax(dim=1) for m in WIDTHS]
    torch.testing.assert_close(model(x).prediction.exp(), sum(each) / 2)


def test_probabilities_that_round_to_zero_keep_their_logarithms():
    model, x = LateFusionConfig(WIDTHS, task="classification", outputs=3).build(), inputs()
    with torch.no_grad():
        for m in WIDTHS:
            model.heads[m][2].bias.copy_(torch.tensor([0.0, -408.0, -900.0]))  # e^-408 is about 1e-177
    output = model(x)
    exact = sum(says(model, m, x[m]).double().softmax(dim=1) for m in WIDTHS) / 2
    torch.testing.assert_close(output.prediction[:, :2].double(), exact[:, :2].log(), rtol=1e-4, atol=1e-4)
    assert output.prediction.isfinite().all()
    loss = model.loss(output, torch.tensor([1, 2, 0, 1])).total
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_row_without_a_modality_keeps_the_others_word(outputs):
    model, x = LateFusionConfig(WIDTHS, dim=5, outputs=outputs).build(), inputs()
    x["b"][1] = torch.nan
    prediction = model(x, {"b": SOME}).prediction
    alone = model({"a": x["a"]}).prediction
    torch.testing.assert_close(prediction[1], alone[1])
    assert not torch.equal(prediction[0], alone[0])


def test_each_network_learns_from_its_own_error_alone():
    torch.manual_seed(0)
    model, x, target = LateFusionConfig(WIDTHS, dim=5).build(), inputs(), torch.randn(4)
    model.loss(model(x), target).total.backward()
    for name in WIDTHS:
        network = parameters(model, name)
        expected = torch.autograd.grad(mse_loss(says(model, name, x[name]), target), network)
        for parameter, gradient in zip(network, expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient)


def test_the_loss_counts_the_rows_that_a_network_saw():
    model, x = LateFusionConfig(WIDTHS, task="classification", outputs=3).build(), inputs()
    x["b"][1] = torch.nan
    target = torch.tensor([0, 1, 2, 0])
    loss = model.loss(model(x, {"b": SOME}), target)
    expected = cross_entropy(says(model, "a", x["a"]), target)
    expected = expected + cross_entropy(says(model, "b", x["b"][SOME]), target[SOME])
    torch.testing.assert_close(loss.total, expected)
    torch.testing.assert_close(loss.task, expected)


def test_a_batch_without_a_modality_still_has_a_loss():
    model, x = LateFusionConfig(WIDTHS).build(), inputs()
    none = torch.zeros(4, dtype=torch.bool)
    loss = model.loss(model(x, {"b": none}), torch.zeros(4))
    loss.total.backward()
    assert loss.total.isfinite()
