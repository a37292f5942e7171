"""The sequence encoder against one written a position at a time, and what padding may and may not do."""

import dataclasses

import pytest
import torch

from euar.encoders import Padded, SequenceEncoderConfig
from tests.encoders import reference

SMALL = SequenceEncoderConfig(3, dim=8, layers=2, heads=2, positions=6)
LENGTHS = torch.tensor([5, 2, 4])


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


def rows(padding=0.0):
    values = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(1))
    inside = torch.arange(5) < LENGTHS.unsqueeze(1)
    return Padded(values.masked_fill(~inside.unsqueeze(-1), padding), LENGTHS)


@torch.no_grad()
def test_a_row_is_the_mean_over_its_positions_of_the_reference():
    encoder = SMALL.build().eval()
    found = encoder(rows())
    for row, length in enumerate(LENGTHS):
        frames = reference.convolved(rows().values[row, :length], encoder.conv.weight)
        expected = reference.transformed(frames, encoder, range(1, length + 1)).mean(dim=0)
        torch.testing.assert_close(found[row], expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_released_code_reads_the_last_of_all_positions():
    encoder = dataclasses.replace(SMALL, pool="released").build().eval()
    found = encoder(rows())
    for row, length in enumerate(LENGTHS):
        whole = torch.cat([rows().values[row], torch.zeros(1, 3)])
        frames = reference.convolved(whole, encoder.conv.weight)
        numbers = [t + 1 if t <= length else 0 for t in range(6)]  # a convolution of zeros has no number
        expected = reference.transformed(frames, encoder, numbers)[-1]
        torch.testing.assert_close(found[row], expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_without_layers_the_convolution_is_all():
    encoder = dataclasses.replace(SMALL, layers=0, pool="released", positions=5).build().eval()
    (first, *_), whole = encoder(rows()), rows().values[0]
    torch.testing.assert_close(first, reference.convolved(whole, encoder.conv.weight)[-1])


@pytest.mark.parametrize("pool", ["mean", "released"])
@torch.no_grad()
def test_neither_padding_nor_neighbours_change_a_row(pool):
    encoder = dataclasses.replace(SMALL, pool=pool).build().eval()
    found = encoder(rows())
    assert torch.equal(encoder(rows(padding=torch.nan)), found)
    alone = encoder(Padded(rows().values[1:2, :2], LENGTHS[1:2]))
    torch.testing.assert_close(alone, found[1:2], atol=1e-6, rtol=1e-5)


def test_each_rate_of_dropout_stands_where_it_belongs():
    usual = {f"{name}_dropout": 0.0 for name in ("attention", "relu", "residual", "input")}
    still = dataclasses.replace(SMALL, **usual).build().train()
    assert torch.equal(still(rows()), still(rows()))
    for name in usual:
        noisy = dataclasses.replace(SMALL, **usual | {name: 0.5}).build().train()
        assert not torch.equal(noisy(rows()), noisy(rows())), name
    layer = SequenceEncoderConfig(3).build().layers[0]
    assert layer.self_attn.dropout == 0.5
    assert (layer.dropout.p, layer.dropout1.p, layer.dropout2.p) == (0.3, 0.3, 0.3)


def test_every_parameter_learns_unless_it_is_frozen():
    for frozen in (0, 2):
        encoder = dataclasses.replace(SMALL, frozen=frozen).build().train()
        encoder(rows()).pow(2).sum().backward()
        idle = [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()]
        lowest = [name for name, _ in encoder.named_parameters() if name.startswith(("conv.", "layers.0."))]
        assert idle == (lowest if frozen else [])
        assert encoder.layers[0].training is not bool(frozen)
        assert encoder.layers[1].training


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("in_features", 0, "at least 1"), ("dim", 7, "an even number from 4, a multiple of the 2 heads"),
        ("kernel", 2, "an odd number"), ("layers", -1, "at least 0"), ("pool", "last", "'mean', 'released'"),
        ("relu_dropout", 1, "0 to below 1"), ("frozen", 4, "at most 3 blocks"), ("positions", None, "an int"),
        ("standardize", "no", "True or False"),
    ],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_named(field, value, found):
    with pytest.raises(ValueError, match=f"{field}: expected .*{found}"):
        dataclasses.replace(SMALL, **{field: value}).build()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (torch.zeros(2, 3), "found Tensor"),
        (Padded(torch.zeros(2, 4, 5), torch.tensor([1, 1])), r"found torch.float32 \(2, 4, 5\)"),
        (Padded(torch.zeros(2, 4, 3), torch.tensor([1])), r"lengths \(2,\) int64"),
        (Padded(torch.zeros(2, 4, 3, dtype=torch.int64), torch.tensor([1, 1])), "found torch.int64"),
    ],
)
def test_rows_that_do_not_fit_are_named(given, found):
    with pytest.raises(ValueError, match=f"audio: expected .*{found}"):
        SMALL.build().check("audio", given)
