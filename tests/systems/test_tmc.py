"""TMC: Dempster's rule by hand and to the letter, the evidence loss by quadrature and scipy, missing ones."""

import math
from functools import reduce

import numpy as np
import pytest
import torch
from scipy import integrate, special, stats

from euar.systems.tmc import SYSTEM, TMCConfig, dempster, evidence_loss
from tests.systems.small import WIDTHS, inputs

SOME = torch.tensor([True, False, True, True])
TARGET = torch.tensor([0, 1, 2, 0])


def build(**changes):
    torch.manual_seed(0)
    return TMCConfig(WIDTHS, dim=5, outputs=3, **changes).build()


def alphas(rows, classes=3):
    generator = torch.Generator().manual_seed(3)
    return 1 + 5 * torch.rand(rows, classes, generator=generator, dtype=torch.float64)


def opinion(alpha):
    """Belief and uncertainty of one row."""
    strength = sum(alpha)
    return [(a - 1) / strength for a in alpha], len(alpha) / strength


def rule(one, other):
    """Dempster's rule for one row, written as the paper has it."""
    (b1, u1), (b2, u2) = opinion(one), opinion(other)
    conflict = sum(x * y for i, x in enumerate(b1) for j, y in enumerate(b2) if i != j)
    belief = [(x * y + x * u2 + y * u1) / (1 - conflict) for x, y in zip(b1, b2, strict=True)]
    strength = len(b1) / (u1 * u2 / (1 - conflict))
    return [b * strength + 1 for b in belief]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ([3.0, 1.0], [2.0, 1.0], [5.0, 1.0]),  # beliefs 1/2 and 1/3 in one class: 2/3, uncertain 1/3
        ([3.0, 1.0], [1.0, 3.0], [3.0, 3.0]),  # 1/2 each, in different classes: conflict 1/4, 1/3 each
        ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0]),  # nobody knows
    ],
)
def test_dempsters_rule_by_hand(one, other, together):
    assert dempster(torch.tensor([one]), torch.tensor([other])).tolist() == [together]
    assert rule(one, other) == pytest.approx(together)


def test_dempsters_rule_is_that_of_the_paper():
    a, b = alphas(8)[:4], alphas(8)[4:]
    expected = [rule(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    torch.testing.assert_close(dempster(a, b), torch.tensor(expected, dtype=torch.float64))


def test_the_order_of_views_does_not_matter_and_who_knows_nothing_changes_nothing():
    a, b, c = alphas(9).split(3)
    torch.testing.assert_close(reduce(dempster, (a, b, c)), reduce(dempster, (c, b, a)))
    assert torch.equal(dempster(a, torch.ones_like(a)), a)


def test_full_conflict_divides_by_no_zero():
    sure = torch.tensor([[1e20, 1.0]])
    assert dempster(sure, sure.flip(1)).isfinite().all()


@pytest.mark.parametrize("shape", [(4, 2), (1, 3), (3,)])
def test_distributions_of_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"alpha_a, alpha_b: expected one shape \(B, C\), found"):
        dempster(torch.ones(4, 3), torch.ones(shape))


@pytest.mark.parametrize("annealing", [0.0, 0.3, 1.0])
def test_the_evidence_loss_is_that_of_scipy(annealing):
    alpha, losses = alphas(4), []
    for row, y in zip(alpha.numpy(), TARGET, strict=True):
        cross_entropy = special.digamma(row.sum()) - special.digamma(row[y])
        misleading = np.where(np.arange(3) == int(y), 1.0, row)
        kl = -stats.dirichlet(misleading).entropy() - special.gammaln(3)  # the density of Dir(1) is 2!
        losses.append(cross_entropy + annealing * kl)
    assert evidence_loss(alpha, TARGET, annealing).item() == pytest.approx(np.mean(losses), rel=1e-10)


def test_the_evidence_loss_is_an_expectation_under_the_dirichlet_distribution():
    alpha, target = torch.tensor([[2.5, 4.0]], dtype=torch.float64), torch.tensor([0])
    belief, misleading = stats.beta(2.5, 4.0), stats.beta(1.0, 4.0)  # of the probability of class 0
    expected = integrate.quad(lambda p: -math.log(p) * belief.pdf(p), 0, 1)[0]
    assert evidence_loss(alpha, target, 0.0).item() == pytest.approx(expected, rel=1e-6)
    kl = integrate.quad(lambda p: misleading.pdf(p) * misleading.logpdf(p), 0, 1)[0]
    found = evidence_loss(alpha, target, 1.0) - evidence_loss(alpha, target, 0.0)
    assert found.item() == pytest.approx(kl, rel=1e-6)


def test_evidence_for_the_right_class_is_not_held_against_it():
    alpha = torch.tensor([[50.0, 1.0, 1.0]])
    assert torch.equal(*(evidence_loss(alpha, torch.tensor([0]), annealing) for annealing in (0.0, 1.0)))


def test_a_target_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="target: expected int64"):
        evidence_loss(torch.ones(4, 3), torch.zeros(4), 1.0)


def test_the_prediction_is_the_combined_evidence():
    model, x = build(), inputs()
    output = model(x)
    each = [1 + torch.nn.functional.softplus(model.heads[m](model.projections[m](x[m]))) for m in WIDTHS]
    torch.testing.assert_close(output.alpha, dempster(*each))
    mean = output.alpha / output.alpha.sum(dim=1, keepdim=True)
    torch.testing.assert_close(output.prediction.softmax(dim=1), mean)


@pytest.mark.parametrize(("epoch", "annealing"), [(0, 0.0), (4, 0.4), (10, 1.0), (25, 1.0)])
def test_the_loss_is_that_of_all_and_of_each_with_an_annealed_divergence(epoch, annealing):
    model = build()
    model.epoch, output = epoch, model(inputs())
    alpha = [output.alpha, *output.each.values()]
    loss = model.loss(output, TARGET)
    torch.testing.assert_close(loss.total, sum(evidence_loss(each, TARGET, annealing) for each in alpha))
    torch.testing.assert_close(loss.task, evidence_loss(output.alpha, TARGET, 0.0))
    torch.testing.assert_close(loss.total, loss.task + loss.parts["views"] + annealing * loss.parts["kl"])


def test_the_annealing_takes_as_long_as_it_is_told():
    model, x = build(annealing_epochs=2), inputs()
    model.epoch = 1
    loss = model.loss(model(x), TARGET)
    torch.testing.assert_close(loss.total, loss.task + loss.parts["views"] + loss.parts["kl"] / 2)


def test_a_row_without_a_modality_keeps_the_others_belief():
    model, x = build(), inputs()
    x["b"][1] = torch.nan
    output, alone = model(x, {"b": SOME}), model({"a": x["a"]})
    assert torch.equal(output.alpha[1], alone.alpha[1])
    assert output.each["b"][1].eq(1).all()
    loss = model.loss(output, TARGET)
    expected = evidence_loss(output.each["a"], TARGET, 0.0)
    expected = expected + evidence_loss(output.each["b"][SOME], TARGET[SOME], 0.0)
    torch.testing.assert_close(loss.parts["views"], expected)
    loss.total.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_ratings_are_refused():
    with pytest.raises(ValueError, match="tmc: task: expected one of 'classification', found 'regression'"):
        SYSTEM.configure(WIDTHS, "regression")
