"""MMIN: the cascade and its cycle by hand, what is imagined, and what a missing modality costs."""

import pytest
import torch
from torch.nn.functional import leaky_relu

from euar.systems.mmin import Cascade, MMINConfig
from tests.systems import imagines

WIDTHS = {"a": 6, "b": 3}
ALL = torch.ones(4, dtype=torch.bool)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return MMINConfig(WIDTHS, dim=4, blocks=3).build()


def inputs(rows=4):
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(rows, width, generator=generator) for name, width in WIDTHS.items()}


def through(layers, x, *, last):
    """Linear layers with LeakyReLU between them, one matrix product at a time."""
    linear = [layer for layer in layers if hasattr(layer, "weight")]
    for place, layer in enumerate(linear):
        x = x @ layer.weight.T + layer.bias
        x = leaky_relu(x) if last or place + 1 < len(linear) else x
    return x


def by_hand(cascade, h):
    """The equations, each d_k from h and the sum of those before it."""
    differences, codes = [], []
    for encoder, decoder in zip(cascade.encoders, cascade.decoders, strict=True):
        codes.append(through(encoder, h + sum(differences), last=True))
        differences.append(through(decoder, codes[-1], last=False))
    return through(cascade.transition, h + sum(differences), last=False), torch.cat(codes, dim=1)


def test_a_cascade_adds_up_the_answers_of_its_autoencoders():
    torch.manual_seed(0)
    cascade, x = Cascade(width=8, dim=4, blocks=3), torch.randn(5, 8)
    output, codes = cascade(x)
    expected, bottlenecks = by_hand(cascade, x)
    assert codes.shape == (5, 3 * 2)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(codes, bottlenecks)


def test_an_autoencoder_narrows_as_the_ports_does():
    cascade = Cascade(width=384, dim=128, blocks=1)
    shapes = [tuple(layer.weight.shape) for layer in cascade.encoders[0] if hasattr(layer, "weight")]
    assert shapes == [(256, 384), (128, 256), (64, 128)]


def test_the_cycle_leads_back_to_what_was_there(model):
    out = model(inputs(), {"b": torch.tensor([True, False, True, True])}, torch.Generator().manual_seed(0))
    imagined, codes = by_hand(model.imagine, out.kept)
    back, _ = by_hand(model.recall, imagined)
    torch.testing.assert_close(out.imagined.flatten(1), imagined)
    torch.testing.assert_close(out.back, back)
    torch.testing.assert_close(out.prediction, through(model.head, codes, last=False)[:, 0])
    loss = model.loss(out, torch.zeros(4))
    torch.testing.assert_close(loss.parts["cycle"], ((back - out.kept) ** 2).mean())
    (found,) = torch.autograd.grad(loss.parts["cycle"], out.kept, retain_graph=True)
    pull = 2 * (back - out.kept).detach() / back.numel()
    (expected,) = torch.autograd.grad(back, out.kept, pull)  # through the cycle, whose end is detached
    torch.testing.assert_close(found, expected)


def test_what_was_left_out_is_to_be_imagined_and_what_truly_lacks_is_not(model):
    x, some = inputs(64), torch.arange(64) % 3 > 0
    out = model(x, {"b": some}, torch.Generator().manual_seed(0))
    projected = torch.stack([model.projections[m](x[m]) for m in WIDTHS], dim=1)
    seen = out.kept.view(64, 2, 4).any(dim=-1)
    assert 0 < (out.known & ~seen).sum() < 64
    assert seen.any(dim=1).all()
    assert torch.equal(out.known[:, 1], some)
    wanted, error = projected * (out.known & ~seen).unsqueeze(-1), 0
    torch.testing.assert_close(out.missing, wanted)
    for row, place in out.known.nonzero().tolist():
        error += ((out.imagined[row, place] - wanted[row, place]) ** 2).mean() / out.known.sum()
    loss = model.loss(out, torch.zeros(64))
    torch.testing.assert_close(loss.parts["imagination"], error)
    torch.testing.assert_close(
        loss.total, loss.task + 4 * loss.parts["imagination"] + 2 * loss.parts["cycle"]
    )
    assert not out.missing.requires_grad


def test_evaluation_leaves_nothing_out(model):
    imagines.leaves_nothing_out_in_evaluation(model, inputs(64))
    assert model(inputs()).missing.eq(0).all()


def test_it_does_better_than_fusion_where_a_modality_is_missing():
    imagines.does_better_than_fusion_without_the_best_view("mmin")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blocks": 0}, "blocks: expected an int of at least 1"),
        ({"leave_out": 0.0}, "leave_out: expected a number above 0"),
        ({"imagination": -1.0}, "imagination: expected a finite number >= 0"),
        ({"cycle": -1.0}, "cycle: expected a finite number >= 0"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        MMINConfig(WIDTHS, **changes)
