"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import matplotlib
import pytest
import torch

from euar.chapters import ClaimError
from euar.chapters.top_k_gating import batches
from euar.chapters.top_k_gating import exercises as check
from euar.data import load
from euar.gating import TopKGate

matplotlib.use("Agg")
from tests.chapters.controls import run

MAIN, DEEPER = "top_k_gating", "top_k_gating_deeper"


def stub(*_):
    raise NotImplementedError


def gradient(probs, chosen, score):
    return probs * (score * chosen - (probs * chosen * score).sum())


def by_autograd(probs, chosen, score):
    logits = probs.log().requires_grad_()
    ((logits.softmax(dim=0) * chosen) @ score).backward()
    return logits.grad


def of_renormalised(probs, chosen, score):
    weights = probs * chosen / (probs * chosen).sum()
    return weights * (score - weights @ score)


def cut(logits, k):
    probs = logits.softmax(dim=-1)
    return torch.where(probs >= probs.topk(k, dim=-1).values[:, -1:], probs, 0)


def rows(logits, k):
    return cut(logits, k) / cut(logits, k).sum(dim=-1, keepdim=True)


def scattered(logits, k):
    top, index = logits.topk(k, dim=-1)
    return torch.zeros_like(logits).scatter(-1, index, top.softmax(dim=-1))


def by_loop(logits, k):
    """The softmax over the k largest of a row, one weight at a time."""
    weights = torch.zeros_like(logits)
    for row, given in zip(weights, logits, strict=True):
        best = sorted(range(len(given)), key=lambda j: -given[j])[:k]
        for j in best:
            row[j] = given[j].exp() / sum(given[i].exp() for i in best)
    return weights


def by_differences(probs, chosen, score):
    """Central differences of the loss sum_i score_i g_i."""
    step = 1e-5 * torch.eye(len(probs)).double()
    up, down = ((probs.log() + s * step).softmax(dim=-1) * chosen @ score for s in (1, -1))
    return (up - down) / 2e-5


def least(logits, k):
    top, index = logits.topk(k, dim=-1, largest=False)
    return torch.zeros_like(logits).scatter(-1, index, top.softmax(dim=-1))


def alone(gate, x):
    return torch.cat([gate(x[i : i + 1]) for i in range(len(x))])


RIGHT = {
    check.batch_weights: [(1, 2), [1.0, torch.tensor(2.0)]],
    check.logit_gradient: [gradient, by_autograd, by_differences],
    check.renormalised: [rows, scattered, by_loop],
    check.depends_on_batch: [
        lambda gate, x: not torch.allclose(gate(x), alone(gate, x), atol=1e-7),
        lambda gate, x: ((gate(x) - alone(gate, x)).abs() > 1e-6).any(),
    ],
}
WRONG = {
    check.batch_weights: [(..., ...), (1 / 3, 2), (0.5, 2), (1, 1), (1, 0.5), (1, 3)],
    check.logit_gradient: [
        stub,
        lambda p, c, s: p * (s - p @ s),
        lambda p, c, s: gradient(p, c, s) * c,
        of_renormalised,
        lambda p, c, s: c * s - (p * c) @ s,
        lambda p, c, s: p * c * (1 - p) * s,
        lambda p, c, s: -gradient(p, c, s),
        lambda p, c, s: p,
        lambda p, c, s: gradient(p, c, s)[c],
        lambda p, c: p,
    ],
    check.renormalised: [
        stub,
        cut,
        lambda logits, k: logits.softmax(dim=-1),
        lambda logits, k: (logits * (cut(logits, k) > 0)).softmax(dim=-1),
        lambda logits, k: cut(logits, k) / cut(logits, k).sum(dim=0),
        lambda logits, k: cut(logits, k) / k,
        lambda logits, k: rows(logits, k)[rows(logits, k) > 0].view(-1, k),
        least,
        lambda logits, k: rows(logits, 3),
        lambda logits, k: rows(logits, k)[0],
    ],
    check.depends_on_batch: [
        stub,
        lambda gate, x: False,
        lambda gate, x: True,
        lambda gate, x: not torch.equal(gate(x), alone(gate, x)),
        lambda gate, x: not torch.allclose(gate(x)[:1], gate(x[:1])),
        lambda gate, x: not torch.allclose(gate(x), alone(gate, x), atol=0.05),
        lambda gate, x: ~torch.isclose(gate(x), alone(gate, x)),
        lambda gate: True,
    ],
}


def test_the_predicted_weights_are_those_of_the_package():
    torch.manual_seed(0)
    gate, x = TopKGate(4, 8, 3, "batch"), torch.randn(500, 4)
    index = gate(x).index
    other = next(i for i in range(1, 500) if not set(index[0].tolist()) & set(index[i].tolist()))
    one, two = (gate(x[rows]).weights.max().item() for rows in ([0], [0, other]))
    assert check.batch_weights((one, two)).ok


@pytest.fixture(scope="module")
def train_gate():
    return run(DEEPER, "project", "one-layer", "train-gate")["train_gate"]


def test_control_rounding_moves_no_gate_under_plain_descent(train_gate):
    def descended(seed, *_, **__):
        return train_gate(seed, 1, "topk", torch.optim.SGD, 0.1, steps=20)

    with pytest.raises(ClaimError, match="under Adam"):
        run(DEEPER, "claims-gate", train_gate=descended)


def test_control_plain_descent_does_move_a_gate_with_a_gradient(train_gate):
    def literal(seed, k, _, *optimiser, **lr):
        return train_gate(seed, k, "none", *optimiser, **lr, steps=20)

    with pytest.raises(ClaimError, match="under plain descent"):
        run(DEEPER, "claims-gate", train_gate=literal)


def trained(*rows):
    """Four settings; a row holds sum of weights, head's weights and MAE of every seed alike but for noise."""
    noise = 1 + 0.01 * torch.arange(3.0)[:, None]
    return {str(i): torch.tensor([row]) * noise for i, row in enumerate(rows)}


SEEN = ((1.0, 0.03, 0.7), (0.3, 0.1, 0.76), (1.0, 0.04, 0.74), (0.25, 0.035, 0.75))


def test_the_scale_claims_hold_for_what_was_seen():
    run(DEEPER, "claims-scale", trained=trained(*SEEN))


@pytest.mark.parametrize(
    ("setting", "row", "name"),
    [
        (1, (1.0, 0.1, 0.76), "sum of the weights"),  # renormalised over k
        (0, (1.0, 0.1, 0.7), "N = 32 / N = 2"),  # no scale to make up for
        (3, (0.25, 0.1, 0.75), "with h rescaled"),  # rescaling without effect
        (2, (1.0, 0.04, 0.68), "best of the three"),  # many experts that help
    ],
)
def test_control_scale_claims_fail_without_the_effect(setting, row, name):
    rows = list(SEEN)
    rows[setting] = row
    with pytest.raises(ClaimError, match=name):
        run(DEEPER, "claims-scale", trained=trained(*rows))


@pytest.fixture(scope="module")
def gates():
    """Models of two gates after one epoch, and 100 test tweets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "recipe", lambda _: {"lr": 3e-3, "epochs": 1})
        models = {gate: batches.trained_models(gate, (0, 1), "cpu") for gate in ("batch", "none")}
    few = load("embedded").standardize().subset(split="test")
    inputs = {name: torch.from_numpy(values[:100]) for name, values in few.modalities.items()}
    return models, {"inputs": inputs, "y_test": torch.from_numpy(few.target[:100]).float()}


def after(gates, page, *cells, gate):
    """Run these cells of a page on the models with this gate in place of those that leak."""
    models, tweets = gates
    run(page, *cells, leaking=models[gate], honest=models["none"], **tweets)


def test_the_claims_on_the_leak_hold_for_short_training(gates):
    after(gates, MAIN, "sweep", "claims-leak", gate="batch")
    after(gates, DEEPER, "shuffle", gate="batch")


def test_control_an_honest_gate_has_the_same_error_in_every_batch(gates):
    with pytest.raises(ClaimError, match="one by one"):
        after(gates, MAIN, "sweep", "claims-leak", gate="none")


def test_control_an_honest_gate_has_the_same_answer_in_every_order(gates):
    with pytest.raises(ClaimError, match="over orders"):
        after(gates, DEEPER, "shuffle", gate="none")


ORDERS = {"by_file": (0.47, 0.95), "by_label": (0.6, 0.92)}


def ordered(**scores):
    """Run the cell on the orders; the shuffles score 0.44 and 0.95."""
    given = {name: torch.tensor([pair, pair]) for name, pair in (ORDERS | scores).items()}
    at_random = torch.tensor([0.44, 0.95]).expand(2, 10, 2)
    run(DEEPER, "orders-claims", at_random=at_random, **given)


def test_the_claims_on_orders_hold_for_what_was_seen():
    ordered()


@pytest.mark.parametrize(
    ("name", "order", "scores"),
    [
        ("file", "by_file", (0.44, 0.95)),
        ("MAE sorted", "by_label", (0.44, 0.92)),
        ("Acc2 sorted", "by_label", (0.6, 0.95)),
    ],
)
def test_control_orders_that_change_nothing(name, order, scores):
    with pytest.raises(ClaimError, match=name):
        ordered(**{order: scores})


@pytest.mark.parametrize("accuracy", [0.6, 0.99])
def test_control_an_accuracy_that_does_depend_on_the_batch(accuracy):
    leak = torch.tensor([[[0.7, accuracy], [0.4, 0.9]], [[0.71, accuracy], [0.4, 0.91]]])
    with pytest.raises(ClaimError, match="Acc2"):
        run(MAIN, "claims-leak", leak=leak, control=[])
