"""ConFEDE: its contrast by hand and pair by pair, the rows it compares with, missing codes."""

import math

import pytest
import torch
from torch.nn.functional import cosine_similarity, mse_loss

from euar.systems.confede import ConFEDEConfig, Neighbours, contrastive_loss, neighbours, nt_xent

WIDTHS = {"a": 6, "b": 3, "c": 4}
SOME = torch.arange(8) % 3 != 1


def inputs(rows=8):
    torch.manual_seed(1)
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}


def model(**changes):
    torch.manual_seed(0)
    return ConFEDEConfig(WIDTHS, **{"dim": 8, "dropout": 0.0} | changes).build()


def pair_by_pair(codes, rows, near, temperature):
    """The contrast as the paper lists it: for each row its items, for each item its pairs and negatives."""
    modalities = codes.shape[2]

    def like(one, other):
        """The exponential of the similarity of two codes (row, kind, modality); None if one is missing."""
        if not all(rows[row, m] for row, _, m in (one, other)):
            return None
        return torch.exp(cosine_similarity(codes[one], codes[other], dim=0) / temperature)

    def of(anchor, positives, negatives):
        away = sum(s for s in (like(anchor, n) for n in negatives) if s is not None)
        near = [s for s in (like(anchor, p) for p in positives) if s is not None]
        return [-torch.log(s / (s + away)) for s in near]

    losses = []
    for i in range(len(codes)):
        same, apart, close = (
            [int(j) for j, there in zip(near.which[i, kind], near.found[i, kind], strict=True) if there]
            for kind in range(3)
        )
        unlike = apart + close
        for m in range(modalities):
            positives, negatives = [(j, 0, m) for j in same], [(j, 0, m) for j in unlike]
            if m == 0:
                positives += [(i, 0, other) for other in range(1, modalities)]
                negatives += [(i, 1, other) for other in range(modalities)]
            losses += of((i, 0, m), positives, negatives)
        for j in same + unlike:
            positives = [(j, 0, other) for other in range(1, modalities)]
            losses += of((j, 0, 0), positives, [(j, 1, other) for other in range(modalities)])
    return torch.stack(losses).mean()


def test_a_contrast_by_hand():
    positive, negative = torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0, -1.0, 0.5]])
    away = math.exp(1) + math.exp(-1) + math.exp(0.5)
    expected = [-math.log(math.exp(p) / (math.exp(p) + away)) for p in (2, 0)]
    assert nt_xent(positive, negative)[0].tolist() == pytest.approx(expected)


def test_one_row_of_two_modalities_by_hand():
    similar, dissimilar = [[1.0, 0.0], [3.0, 0.0]], [[0.0, 2.0], [-1.0, 0.0]]  # cosines 1; 0 and -1
    codes, rows = torch.tensor([[similar, dissimilar]]), torch.ones(1, 2, dtype=torch.bool)
    nobody = Neighbours(torch.zeros(1, 3, 1, dtype=torch.int64), torch.zeros(1, 3, 1, dtype=torch.bool))
    away = math.exp(0) + math.exp(-2)
    expected = -math.log(math.exp(2) / (math.exp(2) + away))  # at temperature 0.5 cosines count twice
    assert contrastive_loss(codes, rows, nobody).item() == pytest.approx(expected)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("lacking", ["nothing", "a", "b"])
@pytest.mark.parametrize("modalities", [2, 3])
def test_the_contrast_is_the_mean_over_the_papers_pairs(count, lacking, modalities):
    torch.manual_seed(0)
    codes, rows = torch.randn(8, 2, modalities, 4), torch.ones(8, modalities, dtype=torch.bool)
    if lacking != "nothing":
        rows[:, "ab".index(lacking)] = SOME
    near = neighbours(torch.randn(8, 5), torch.tensor([0, 0, 0, 0, 1, 1, 2, 3]), count)
    expected = pair_by_pair(codes, rows, near, 0.3)
    torch.testing.assert_close(contrastive_loss(codes, rows, near, 0.3), expected)


def test_a_complete_row_has_twenty_pairs():
    """Of three modalities and two neighbours of each kind: 4 + 2 + 2 of its own, 2 of each neighbour's."""
    codes, rows = torch.ones(8, 2, 3, 4), torch.ones(8, 3, dtype=torch.bool)
    near = neighbours(torch.randn(8, 5), torch.arange(8) % 2, 2)
    # all cosines are 1: a pair among its n negatives is worth log(1 + n)
    row = 4 * math.log(1 + 7) + 4 * math.log(1 + 4) + 12 * math.log(1 + 3)
    assert contrastive_loss(codes, rows, near).item() == pytest.approx(row / 20)


def test_neighbours_are_the_nearest_of_the_label_and_the_nearest_and_farthest_of_others():
    angles = torch.tensor([0, 10, 20, 40, 90, 170]) * math.pi / 180
    features = 3 * torch.stack([angles.cos(), angles.sin()], dim=1)
    near = neighbours(features, torch.tensor([1.2, 0.8, 2.4, 1.0, 1.9, -1.0]), 2)  # 1, 1, 2, 1, 2, -1
    assert near.which[0].tolist() == [[1, 3], [5, 4], [2, 4]]
    assert near.which[2, 0, 0] == 4
    assert near.found[2].tolist() == [[True, False], [True, True], [True, True]]
    assert near.found[5].tolist() == [[False, False], [True, True], [True, True]]


@pytest.mark.parametrize(
    ("target", "same"),
    [
        (torch.tensor([0, 1, 0, 1]), [2, 3, 0, 1]),
        (torch.tensor([[0.1, 1.0], [2.0, 1.0], [0.2, 0.9], [2.2, 1.3]]), [2, 3, 0, 1]),
    ],
    ids=["classes", "two ratings"],
)
def test_labels_of_every_kind_tell_like_from_unlike(target, same):
    near = neighbours(torch.randn(4, 3), target, 1)
    assert near.which[:, 0, 0].tolist() == same
    assert near.found.all()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_small_batch_has_a_finite_loss_and_gradient(rows):
    one, x = model(), inputs(rows)
    loss = one.loss(one(x), torch.linspace(-3, 3, rows))
    loss.total.backward()
    assert loss.total.isfinite()
    assert all(p.grad.isfinite().all() for p in one.parameters())


def test_the_loss_adds_the_contrast_and_each_codes_own_loss():
    one, x, target = model(contrast_weight=2.0, mono_weight=3.0), inputs(), torch.linspace(-3, 3, 8)
    projected = {m: one.projections[m](x[m]) for m in WIDTHS}
    codes = [[part[m](projected[m]) for m in WIDTHS] for part in (one.similar, one.dissimilar)]
    out = one(x)
    for kind in range(2):
        for m in range(3):
            torch.testing.assert_close(out.codes[:, kind, m], codes[kind][m])
    flat = [code for kind in codes for code in kind]
    torch.testing.assert_close(out.prediction, one.head(torch.cat(flat, dim=1))[:, 0])
    loss = one.loss(out, target)
    near = neighbours(torch.cat([*projected.values()], dim=1), target, 2)
    contrast = pair_by_pair(out.codes, out.rows, near, 0.5)
    mono = sum(mse_loss(one.mono(code)[:, 0], target) for code in flat) / 6
    torch.testing.assert_close(loss.parts, {"contrast": contrast, "mono": mono})
    torch.testing.assert_close(loss.total, loss.task + 2 * contrast + 3 * mono)


def test_a_missing_modality_has_no_code_and_no_loss_of_its_own():
    one, x, target = model(), inputs(), torch.linspace(-3, 3, 8)
    x["b"][~SOME] = torch.nan
    out = one(x, {"b": SOME})
    assert out.codes[~SOME, :, 1].eq(0).all()
    assert out.rows[:, 1].equal(SOME)
    loss = one.loss(out, target)
    whole = [mse_loss(out.mono[i], target) for i in (0, 2, 3, 5)]
    some = [mse_loss(out.mono[i][SOME], target[SOME]) for i in (1, 4)]
    torch.testing.assert_close(loss.parts["mono"], sum(whole + some) / 6)
    without = {m: x[m] for m in ("a", "c")}
    alone = one.loss(one(without), target).parts["mono"]
    torch.testing.assert_close(alone, sum(whole) / 4)
    loss.total.backward()
    assert all(p.grad.isfinite().all() for p in one.parameters())


def test_the_contrast_shapes_the_codes_and_not_the_choice_of_rows():
    one = model()
    assert not one(inputs()).features.requires_grad
    one.loss(one(inputs()), torch.linspace(-3, 3, 8)).parts["contrast"].backward()
    assert all(p.grad is None for p in one.head.parameters())
    assert all(p.grad.any() for part in (one.similar, one.dissimilar) for p in part.parameters())


def test_training_drops_from_codes_by_its_generator():
    one, x = model(dropout=0.5), inputs()
    draws = [one(x, None, torch.Generator().manual_seed(seed)).codes for seed in (0, 0, 1)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert 0.3 < draws[0].eq(0).float().mean() < 0.7
    assert torch.equal(one.predict(x), model().predict(x))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 0.0}, "temperature: expected a number above 0, found 0.0"),
        ({"neighbours": 0}, "neighbours: expected an int of at least 1"),
        ({"contrast_weight": -1.0}, "contrast_weight: expected a finite number >= 0"),
        ({"mono_weight": -1.0}, "mono_weight: expected a finite number >= 0"),
        ({"dropout": -0.1}, "dropout: expected a number from 0 to below 1, found -0.1"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        ConFEDEConfig(WIDTHS, **changes)
