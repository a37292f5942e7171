"""QMF: fusion and rank loss by hand and against torch, hardness within a batch, missing views."""

import math

import pytest
import torch
from torch.nn.functional import cross_entropy, margin_ranking_loss

from euar.systems.qmf import SYSTEM, QMFConfig, confidence, fuse, rank_loss, scaled
from tests.systems.small import WIDTHS, inputs

SOME = torch.tensor([True, False, True, True])
ALL = torch.ones(4, dtype=torch.bool)
TARGET = torch.tensor([0, 1, 2, 0])


def build(**changes):
    torch.manual_seed(0)
    return QMFConfig(WIDTHS, dim=5, outputs=3, **changes).build()


def test_a_view_weighs_a_tenth_of_its_logsumexp():
    one, other = torch.tensor([[0.0, 0.0]]), torch.tensor([[math.log(3), math.log(7)]])
    assert confidence(other).item() == pytest.approx(0.1 * math.log(10))
    expected = [0.1 * math.log(10) * math.log(3), 0.1 * math.log(10) * math.log(7)]
    assert fuse([one, other]).tolist()[0] == pytest.approx(expected)
    assert fuse([other, other]).tolist()[0] == pytest.approx([2 * value for value in expected])


@pytest.mark.parametrize("logits", [[], [torch.zeros(3)], [torch.zeros(3, 2), torch.zeros(1, 2)]])
def test_logits_that_do_not_fit_together_are_refused(logits):
    with pytest.raises(ValueError, match=r"logits: expected some of one shape \(B, C\), found"):
        fuse(logits)


def test_the_rank_loss_by_hand():
    sure, hard = torch.tensor([0.2, 0.5, 0.9]), torch.tensor([0.0, 1.0, 0.5])
    # 0 is easier than 1 by 1, yet less sure by .3; 1 harder than 2 by .5, less sure by .4 only; 2 than 0
    assert rank_loss(sure, hard).item() == pytest.approx(((1 + 0.3) + (0.5 - 0.4) + (0.5 + 0.7)) / 3)


def test_the_rank_loss_is_torchs_with_the_difference_as_margin():
    sure, hard = torch.randn(7), torch.rand(7)
    pairs = [(i, (i + 1) % 7) for i in range(7)]
    terms = [
        margin_ranking_loss(
            sure[i], sure[j], (hard[j] - hard[i]).sign(), margin=abs(hard[i] - hard[j]).item()
        )
        for i, j in pairs
    ]
    torch.testing.assert_close(rank_loss(sure, hard), torch.stack(terms).mean())


def test_confidence_that_falls_with_hardness_costs_nothing_and_neither_do_equals():
    hard = torch.tensor([0.0, 0.25, 1.0, 0.5])
    assert rank_loss(2 - hard, hard) == 0
    assert rank_loss(2 + hard, hard) > 0
    assert rank_loss(torch.randn(4), torch.ones(4)) == 0
    assert rank_loss(torch.randn(1), torch.ones(1)) == 0


def test_the_harder_row_is_told_to_be_less_sure_and_hardness_is_told_nothing():
    sure, hard = torch.zeros(2, requires_grad=True), torch.tensor([0.0, 1.0], requires_grad=True)
    rank_loss(sure, hard).backward()
    assert sure.grad[0] < 0 < sure.grad[1]
    assert hard.grad is None


def test_a_pair_counts_where_both_rows_do():
    sure, hard = torch.randn(4), torch.rand(4)
    pairs = [rank_loss(sure[[i, j]], hard[[i, j]]) for i, j in ((2, 3), (3, 0))]
    torch.testing.assert_close(rank_loss(sure, hard, SOME), sum(pairs) / 2)
    assert rank_loss(sure, hard, ~ALL) == 0


def test_shapes_that_differ_are_refused():
    for sure, hard in [(torch.zeros(3), torch.zeros(4)), (torch.zeros(3, 1), torch.zeros(3, 1))]:
        with pytest.raises(ValueError, match=r"confidence, hardness: expected one shape \(B,\), found"):
            rank_loss(sure, hard)


def test_hardness_is_from_0_to_1_among_the_rows_that_count():
    for missing in (0.0, 4.0, 9.0):
        assert scaled(torch.tensor([3.0, missing, 5.0, 1.0]), SOME).tolist() == [0.5, 0, 1, 0]
    assert scaled(torch.full((4,), 2.0), ALL).eq(0).all()
    assert scaled(torch.rand(4), ~ALL).eq(0).all()


def test_the_loss_is_that_of_the_fusion_of_each_and_of_the_ranks():
    model, x = build(rank_weight=0.5), inputs()
    output = model(x)
    each = [model.heads[m](model.projections[m](x[m])) for m in WIDTHS]
    torch.testing.assert_close(output.prediction, fuse(each))
    loss = model.loss(output, TARGET)
    task = cross_entropy(fuse(each), TARGET)
    views = sum(cross_entropy(logits, TARGET) for logits in each)
    losses = [cross_entropy(logits, TARGET, reduction="none") for logits in each]
    hard = [(loss - loss.min()) / (loss.max() - loss.min()) for loss in losses]
    rank = sum(rank_loss(confidence(logits), h) for logits, h in zip(each, hard, strict=True))
    torch.testing.assert_close(loss.total, task + views + 0.5 * rank)
    torch.testing.assert_close(loss.task, task)
    torch.testing.assert_close(loss.parts, {"views": views, "rank": rank})


def test_a_row_without_a_modality_keeps_the_others_word():
    model, x = build(), inputs()
    x["b"][1] = torch.nan
    output, alone = model(x, {"b": SOME}), model({"a": x["a"]})
    torch.testing.assert_close(output.prediction[1], alone.prediction[1])
    loss = model.loss(output, TARGET)
    views = cross_entropy(output.each["a"], TARGET) + cross_entropy(output.each["b"][SOME], TARGET[SOME])
    torch.testing.assert_close(loss.parts["views"], views)
    loss.total.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_a_batch_without_a_modality_still_has_a_loss():
    model = build()
    loss = model.loss(model(inputs(), {"b": ~ALL}), TARGET)
    loss.total.backward()
    assert loss.total.isfinite()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


def test_ratings_are_refused():
    with pytest.raises(ValueError, match="qmf: task: expected one of 'classification', found 'regression'"):
        SYSTEM.configure(WIDTHS, "regression")
