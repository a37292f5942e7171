"""Align: the distance by hand, the mean of embeddings, the weight of the alignment, missing modalities."""

import pytest
import torch
from torch.nn.functional import cosine_similarity, mse_loss

from euar.systems.align import AlignConfig, alignment

WIDTHS = {"a": 6, "b": 3, "c": 2}
SOME = torch.tensor([True, False, True, True])
ALL = torch.ones(4, dtype=torch.bool)


def inputs(rows=4):
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}


def build(**changes):
    torch.manual_seed(0)
    return AlignConfig(WIDTHS, dim=5, **changes).build()


def test_the_distance_is_0_of_aligned_1_of_orthogonal_and_2_of_opposite_rows():
    a = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [3.0, 4.0]])
    b = torch.tensor([[7.0, 0.0], [0.0, 2.0], [-1.0, 0.0], [4.0, 3.0]])
    each = [alignment(a, b, torch.arange(4) == i).item() for i in range(4)]
    assert each == pytest.approx([0, 1, 2, 1 / 25], abs=1e-6)
    assert alignment(a, b, ALL).item() == pytest.approx(sum(each) / 4)
    assert alignment(a, b, SOME).item() == pytest.approx((0 + 2 + 1 / 25) / 3)
    assert alignment(a, b, ~ALL) == 0


def test_the_prediction_is_made_from_the_mean_of_the_embeddings():
    model, x = build(), inputs()
    z = [model.projections[m](x[m]) for m in WIDTHS]
    torch.testing.assert_close(model(x).prediction, model.head(sum(z) / 3)[:, 0])


def test_the_loss_is_the_tasks_and_the_mean_distance_of_all_pairs():
    model, x, target = build(align_weight=0.5), inputs(), torch.randn(4)
    z = [model.projections[m](x[m]) for m in WIDTHS]
    pairs = [(z[0], z[1]), (z[0], z[2]), (z[1], z[2])]
    align = sum((1 - cosine_similarity(a, b)).mean() for a, b in pairs) / 3
    output = model(x)
    loss = model.loss(output, target)
    torch.testing.assert_close(loss.task, mse_loss(output.prediction, target))
    torch.testing.assert_close(loss.parts, {"align": align})
    torch.testing.assert_close(loss.total, loss.task + 0.5 * align)


def test_the_alignment_draws_the_modalities_together():
    def distance_after(weight):
        model = build(align_weight=weight)
        generator = torch.Generator().manual_seed(0)
        x = {m: torch.randn(32, width, generator=generator) for m, width in WIDTHS.items()}
        target, optimizer = torch.randn(32, generator=generator), torch.optim.Adam(model.parameters(), 1e-2)
        for _ in range(40):
            optimizer.zero_grad()
            model.loss(model(x), target).total.backward()
            optimizer.step()
        return model.loss(model(x), target).parts["align"].item()

    assert distance_after(1.0) < 0.8 * distance_after(0.0)


def test_a_pair_counts_in_the_rows_that_have_both():
    model, x = build(), inputs()
    x["b"][1] = torch.nan
    output = model(x, {"b": SOME})
    z = {m: model.projections[m](x[m]) for m in WIDTHS}
    torch.testing.assert_close(output.prediction[1], model.head((z["a"] + z["c"]) / 2)[1, 0])
    loss = model.loss(output, torch.zeros(4))
    parts = [("a", "b", SOME), ("a", "c", ALL), ("b", "c", SOME)]
    align = sum((1 - cosine_similarity(z[m][rows], z[n][rows])).mean() for m, n, rows in parts) / 3
    torch.testing.assert_close(loss.parts["align"], align)
    loss.total.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_one_modality_has_nobody_to_be_aligned_with():
    model, x = build(), inputs()
    loss = model.loss(model({"a": x["a"]}), torch.zeros(4))
    assert loss.parts["align"] == 0
    torch.testing.assert_close(loss.total, loss.task)
