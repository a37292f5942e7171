"""DiCMoR: the flow and its inverse, its log-determinant, the likelihood, what comes back of a modality."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import Independent, Normal

from euar.systems.dicmor import Coupling, DiCMoRConfig, Flows, bits, label_class
from tests.systems import imagines

WIDTHS = {"a": 6, "b": 3, "c": 4}


def flows(dim, modalities=2, steps=6):
    torch.manual_seed(0)
    made = Flows(modalities, dim, steps)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=dim**-0.5)  # far from the identity
    return made


@pytest.fixture
def model():
    torch.manual_seed(0)
    return DiCMoRConfig(WIDTHS, dim=5, steps=3).build()


def inputs(rows=4):
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(rows, width, generator=generator) for name, width in WIDTHS.items()}


def test_a_coupling_is_the_papers_formula():
    torch.manual_seed(0)
    coupling, stay, move = Coupling(1, 2, 3), torch.randn(1, 4, 2), torch.randn(1, 4, 3)
    moved, log_det = coupling(stay, move)
    for row in range(4):
        raw = coupling.net(stay)[0, row]
        shift, bounded = raw[:3], 2 * torch.tanh(raw[3:] / 2)
        scale = 1 / (1 + torch.exp(-(bounded + 2)))
        torch.testing.assert_close(moved[0, row], (move[0, row] + shift) * scale)
        torch.testing.assert_close(log_det[0, row], torch.log(scale).sum())


@pytest.mark.parametrize("dim", [2, 5, 32])
def test_the_inverse_of_a_flow_leads_back(dim):
    made, x = flows(dim).double(), torch.randn(2, 7, dim, dtype=torch.float64)
    latent, _ = made(x)
    assert not torch.allclose(latent, x, atol=0.1)
    torch.testing.assert_close(made.inverse(latent), x, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(made(made.inverse(x))[0], x, atol=1e-5, rtol=1e-5)


def test_the_log_determinant_is_that_of_the_jacobian():
    made, x = flows(5).double(), torch.randn(2, 3, 5, dtype=torch.float64)
    _, log_det = made(x)
    for m, row in ((0, 0), (1, 2)):

        def one(values, m=m, row=row):
            changed = x.clone()
            changed[m, row] = values
            return made(changed)[0][m, row]

        jacobian = torch.autograd.functional.jacobian(one, x[m, row])
        torch.testing.assert_close(torch.linalg.slogdet(jacobian).logabsdet, log_det[m, row])


def test_every_feature_moves_and_each_modality_has_its_own_flow():
    made, x = flows(5), torch.randn(1, 4, 5)
    latent, _ = made(x.expand(2, -1, -1))
    assert (latent != x).any(dim=1).all()
    assert not torch.allclose(latent[0], latent[1])


def test_bits_are_those_of_the_density():
    torch.manual_seed(0)
    made, x = flows(4, modalities=1), torch.randn(1, 3, 4)
    mean, log_sd = torch.randn(1, 3, 4), torch.randn(1, 3, 4)
    latent, log_det = made(x)
    density = Independent(Normal(mean, log_sd.exp()), 1).log_prob(latent) + log_det
    torch.testing.assert_close(bits(latent, log_det, mean, log_sd), -density / math.log(2) / 4)


def test_labels_have_the_classes_of_the_paper():
    ratings = torch.tensor([-7.0, -3.0, -2.6, -0.5, 0.4, 0.6, 2.5, 9.0])
    assert label_class(ratings).tolist() == [0, 0, 0, 3, 3, 4, 5, 6]  # halves to even
    assert label_class(torch.tensor([2, 0])).tolist() == [2, 0]
    assert label_class(torch.tensor([[1.0, 3.0], [-3.0, -3.0]])).tolist() == [5, 0]


def test_what_is_missing_comes_back_through_the_latent_of_the_others(model):
    x, gone = inputs(), torch.tensor([True, False, True, True])
    out = model.eval()(x, {"b": gone})
    features = {m: model.projections[m](x[m])[1] for m in "ac"}
    source = []
    for place, m in ((0, "a"), (2, "c")):
        rows = torch.zeros(3, 1, 5)
        rows[place, 0] = features[m]
        source.append(model.flows(rows)[0][place, 0])
    rows = torch.zeros(3, 1, 5)
    rows[1, 0] = (source[0] + source[1]) / 2
    found = model.flows.inverse(rows)
    expected = (found + model.refine(found))[1, 0]
    torch.testing.assert_close(out.recovered[1, 1], expected)
    joint = torch.cat([features["a"], expected, features["c"]])
    torch.testing.assert_close(out.prediction[1], model.head(joint)[0])


def test_the_loss_is_that_of_the_paper(model):
    x, target = inputs(40), torch.linspace(-3, 3, 40)
    some = torch.arange(40) % 4 > 0
    out = model(x, {"b": some}, torch.Generator().manual_seed(0))
    loss = model.loss(out, target)
    nll = 0
    for m, rows in enumerate((torch.ones(40, dtype=torch.bool), some, torch.ones(40, dtype=torch.bool))):
        place = label_class(target)[rows]
        prior = Independent(Normal(model.prior_mean[place], model.prior_log_sd[place].exp()), 1)
        nll -= (prior.log_prob(out.latent[m, rows]) + out.log_det[m, rows]).mean() / math.log(2) / 5
    torch.testing.assert_close(loss.parts["nll"], nll)
    left_out = out.has & ~out.kept
    assert 0 < left_out[1].sum() < some.sum()
    assert not left_out[1, ~some].any()
    error = (out.recovered[left_out] - out.features[left_out]) ** 2
    torch.testing.assert_close(loss.parts["recovery"], error.mean())
    torch.testing.assert_close(loss.total, loss.task + 0.1 * (nll + loss.parts["recovery"]))


def test_a_likelihood_above_one_costs_nothing(model):
    out = model(inputs(), None, torch.Generator().manual_seed(0))
    sure = out._replace(log_det=out.log_det + 1e3)
    assert model.loss(sure, torch.zeros(4)).parts["nll"] == 0


def test_likelihood_alone_trains_the_flows_and_nothing_else(model):
    out = model(inputs(), None, torch.Generator().manual_seed(0))
    loss = model.loss(out, torch.zeros(4))
    nll = loss.parts["nll"]
    for part, touched in ((nll, True), (loss.task, False), (loss.parts["recovery"], False)):
        weights = list(model.flows.parameters())
        gradients = torch.autograd.grad(part, weights, retain_graph=True, materialize_grads=True)
        assert any(gradient.any() for gradient in gradients) is touched
    gradients = torch.autograd.grad(nll, list(model.projections.parameters()), allow_unused=True)
    assert all(gradient is None for gradient in gradients)


def test_evaluation_leaves_nothing_out(model):
    imagines.leaves_nothing_out_in_evaluation(model, inputs(64))
    assert model(inputs()).kept.all()


def test_it_does_better_than_fusion_where_a_modality_is_missing():
    imagines.does_better_than_fusion_without_the_best_view("dicmor")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps: expected an int of at least 1"),
        ({"dim": 1}, "dim: expected at least 2, a half to move by the other, found 1"),
        ({"leave_out": 2.0}, "leave_out: expected a number above 0"),
        ({"recovery": -1.0}, "recovery: expected a finite number >= 0"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        DiCMoRConfig(WIDTHS, **changes)
