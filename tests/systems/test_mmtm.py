"""MMTM: the gate by hand, streams and their average, three modalities, missing ones."""

import pytest
import torch
from torch.nn.functional import mse_loss

from euar.systems.mmtm import MMTM, MMTMConfig

WIDTHS = {"a": 6, "b": 3}
SOME = torch.tensor([True, False, True, True])


def inputs(widths=WIDTHS, rows=4):
    return {name: torch.randn(rows, width) for name, width in widths.items()}


def build(widths=WIDTHS, **changes):
    torch.manual_seed(0)
    return MMTMConfig(widths, dim=4, **changes).build()


def test_the_gate_by_hand():
    transfer = MMTM(2, 1, ratio=6)  # one squeezed channel
    with torch.no_grad():
        transfer.squeeze.weight.copy_(torch.tensor([[1.0, -1.0, 2.0]]))
        transfer.squeeze.bias.fill_(-1.0)
        transfer.excite_a.weight.copy_(torch.tensor([[1.0], [0.0]]))
        transfer.excite_a.bias.copy_(torch.tensor([0.0, 40.0]))
        transfer.excite_b.weight.fill_(-1.0)
        transfer.excite_b.bias.fill_(0.0)
    a, b = transfer(torch.tensor([[3.0, 1.0], [0.0, 8.0]]), torch.tensor([[0.5], [2.0]]))
    e2 = 1 / (1 + torch.e**-2)  # the first row squeezes to 3 - 1 + 2 * .5 - 1 = 2, the second to 0
    torch.testing.assert_close(a, torch.tensor([[3 * e2, 1.0], [0.0, 8.0]]))
    torch.testing.assert_close(b, torch.tensor([[0.5 * (1 - e2)], [1.0]]))


def test_a_gate_sees_both_streams_and_only_its_row():
    torch.manual_seed(0)
    transfer, a, b = MMTM(5, 3), torch.randn(4, 5), torch.randn(4, 3)
    first, second = transfer(a, b)
    assert first.abs().le(a.abs()).all()
    assert second.abs().le(b.abs()).all()
    b[0] += 1
    changed, _ = transfer(a, b)
    assert changed[0].ne(first[0]).any()
    torch.testing.assert_close(changed[1:], first[1:])


@pytest.mark.parametrize(
    ("sizes", "squeezed"), [((8, 8), 8), ((8, 4, 2), 12), ((5, 3, 4), 4), ((1, 1, 9), 1)]
)
def test_the_squeezed_vector_is_narrower_by_the_ratio(sizes, squeezed):
    assert MMTM(*sizes).squeeze.out_features == squeezed


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="ratio: expected an int of at least 1, found 0"):
        MMTM(4, 4, ratio=0)
    with pytest.raises(ValueError, match=r"b: expected shape \(B, 3\), found \(4, 5\)"):
        MMTM(5, 3)(torch.zeros(4, 5), torch.zeros(4, 5))


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_streams_answer_after_the_gate_and_are_averaged(outputs):
    model, x, target = build(outputs=outputs), inputs(), torch.randn(4, outputs)
    streams = model.transfers[0](*(model.projections[m](x[m]) for m in WIDTHS))
    each = [model.heads[m](stream) for m, stream in zip(WIDTHS, streams, strict=True)]
    output = model(x)
    shape = output.prediction.shape
    torch.testing.assert_close(output.prediction, (sum(each) / 2).view(shape))
    loss = model.loss(output, target.view(shape))
    views = sum(mse_loss(said, target) for said in each)
    torch.testing.assert_close(loss.task, mse_loss(sum(each) / 2, target))
    torch.testing.assert_close(loss.total, loss.task + views)
    torch.testing.assert_close(loss.parts, {"views": views})


def test_three_modalities_meet_in_pairs():
    widths = {"a": 6, "b": 3, "c": 2}
    model, x = build(widths), inputs(widths)
    a, b, c = (model.projections[m](x[m]) for m in widths)
    ab, ac, bc = model.transfers
    a, b = ab(a, b)
    a, c = ac(a, c)
    b, c = bc(b, c)
    each = [model.heads[m](stream)[:, 0] for m, stream in {"a": a, "b": b, "c": c}.items()]
    torch.testing.assert_close(model(x).prediction, sum(each) / 3)


def test_a_missing_modality_is_squeezed_as_zero_and_answers_nothing():
    model, x = build(), inputs()
    x["b"][1] = torch.nan
    output = model(x, {"b": SOME})
    projected = model.projections["a"](x["a"])
    gated, _ = model.transfers[0](projected, torch.zeros(4, 4))
    torch.testing.assert_close(output.prediction[1], model.heads["a"](gated)[1, 0])
    target = torch.randn(4)
    loss = model.loss(output, target)
    views = mse_loss(output.each["a"], target) + mse_loss(output.each["b"][SOME], target[SOME])
    torch.testing.assert_close(loss.parts["views"], views)
    loss.total.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
