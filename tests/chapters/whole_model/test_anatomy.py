"""The model taken apart: sums over parts agree with the whole, and with loops over single parameters."""

import math

import pytest
import torch

from euar.chapters.whole_model import anatomy
from euar.model import EUARConfig
from euar.training.batches import Batch

WIDTHS = {"a": 3, "b": 2}


def built(**changes):
    torch.manual_seed(0)
    return EUARConfig(WIDTHS, dim=4, num_experts=5, k=2, **changes).build()


@pytest.fixture(scope="module")
def rows():
    generator = torch.Generator().manual_seed(1)
    inputs = {m: torch.randn(12, d, generator=generator) for m, d in WIDTHS.items()}
    return Batch(inputs, {}, torch.randn(12, generator=generator))


@pytest.mark.parametrize("head", ["linear", "mlp"])
def test_parameters_of_the_parts_add_up(head):
    model = built(head=head)
    found = anatomy.parameters(model)
    assert tuple(found) == anatomy.PARTS
    assert sum(found.values()) == sum(p.numel() for p in model.parameters())
    assert found["mean"] == found["log-variance"] == 2 * 5 * (4 * 4 + 4)
    assert found["gate"] == 2 * (4 * 5 + 5)
    assert found["head"] == sum(p.numel() for p in model.head.parameters())


def test_head_weights_times_what_the_experts_give_are_the_prediction(rows):
    model = built().eval()
    output = model(rows.inputs)
    parts = [output.moe[m].hidden @ w for m, w in anatomy.head_weights(model).items()]
    assert torch.allclose(sum(parts) + model.head.bias, output.prediction, atol=1e-6)


def test_a_head_with_several_layers_has_no_weights_of_modalities():
    with pytest.raises(ValueError, match="linear head, found Sequential"):
        anatomy.head_weights(built(head="mlp"))


@pytest.mark.parametrize("make", [EUARConfig, EUARConfig.paper, EUARConfig.released])
def test_weighted_terms_add_up_to_the_total(make, rows):
    torch.manual_seed(0)
    model = make(WIDTHS).build()
    loss = model.loss(model(rows.inputs), rows.target)
    terms = anatomy.weighted(model.config, loss)
    assert sum(terms.values()).item() == pytest.approx(loss.total.item())
    assert terms["KL"].item() == pytest.approx(model.config.alpha * loss.parts["kl"].item())


def by_loop(model, rows, term):
    """Norms of a term's gradient, each expert's two maps by themselves."""
    noise = torch.Generator().manual_seed(0)
    loss = model.loss(model.train()(rows.inputs, generator=noise), rows.target)
    model.zero_grad()
    anatomy.weighted(model.config, loss)[term].backward()
    squares = dict.fromkeys(anatomy.PARTS, 0.0)
    for m in WIDTHS:
        for p in model.projections[m].parameters():
            squares["projection"] += p.grad.square().sum().item() if p.grad is not None else 0.0
        for p in model.moes[m].gate.parameters():
            squares["gate"] += p.grad.square().sum().item() if p.grad is not None else 0.0
        for p in model.moes[m].experts.parameters():
            for j in range(5) if p.grad is not None else ():
                squares["mean"] += p.grad[j, :, :4].square().sum().item()
                squares["log-variance"] += p.grad[j, :, 4:].square().sum().item()
    for p in model.head.parameters():
        squares["head"] += p.grad.square().sum().item() if p.grad is not None else 0.0
    return {part: math.sqrt(value) for part, value in squares.items()}


@pytest.mark.parametrize("term", ["task", "KL", "aux", "U"])
def test_pushes_agree_with_backward(term, rows):
    model = built(alpha=0.3, beta=0.2, lam=0.5)
    assert anatomy.pushes(model, rows)[term] == pytest.approx(by_loop(model, rows, term), rel=1e-4)


def test_pushes_repeat_and_leave_the_model_as_it_was(rows):
    model = built()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert anatomy.pushes(model, rows) == anatomy.pushes(model, rows)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_a_term_pushes_only_what_stands_in_its_formula(rows):
    reached = {
        term: {part for part, norm in parts.items() if norm > 0}
        for term, parts in anatomy.pushes(built(), rows).items()
    }
    assert reached == {
        "task": set(anatomy.PARTS),
        "KL": {"projection", "mean", "log-variance"},
        "aux": {"projection", "gate"},
        "U": {"projection", "gate", "log-variance"},
    }


class Product:
    """Predicts a + share a b, so that the effect of exchanging a is (1 + share b) times the change of a."""

    def __init__(self, share):
        self.share = share

    def predict(self, inputs):
        a, b = inputs["a"][:, 0], inputs["b"][:, 0]
        return a + self.share * a * b


def test_interaction_agrees_with_a_product(rows):
    a, b = rows.inputs["a"][:, 0], rows.inputs["b"][:, 0]
    change, other = a - a.roll(1), b - b.roll(1)
    expected = (0.5 * change * other).square().mean().sqrt() / (change * (1 + 0.5 * b)).square().mean().sqrt()
    assert anatomy.interaction(Product(0.5), rows.inputs, "a") == pytest.approx(expected.item(), rel=1e-5)


def test_a_linear_head_is_additive_and_an_mlp_is_not(rows):
    assert anatomy.interaction(built(), rows.inputs, "a") < 1e-5
    assert anatomy.interaction(built(fusion="add"), rows.inputs, "b") < 1e-5
    assert anatomy.interaction(built(head="mlp"), rows.inputs, "a") > 0.01
