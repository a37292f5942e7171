"""Padded sequences: what is within the lengths, padding, and the choice of rows."""

import pytest
import torch

from euar.encoders.padded import Padded, chosen, count

ROWS = Padded(torch.tensor([[1, 2, 3], [4, 9, 9]]), torch.tensor([3, 1]))


def test_what_is_inside():
    assert ROWS.inside.tolist() == [[True, True, True], [True, False, False]]
    assert count(ROWS) == 2


@pytest.mark.parametrize(
    ("value", "positions", "expected"),
    [
        (0, None, [[1, 2, 3], [4, 0, 0]]),
        (7, None, [[1, 2, 3], [4, 7, 7]]),
        (7, 5, [[1, 2, 3, 7, 7], [4, 7, 7, 7, 7]]),
    ],
)
def test_padding_is_filled_and_longer_on_demand(value, positions, expected):
    assert ROWS.filled(value, positions).tolist() == expected


def test_padding_of_frames_is_filled_whatever_it_holds():
    frames = Padded(torch.full((2, 3, 2), torch.nan), torch.tensor([0, 0]))
    assert frames.filled().eq(0).all()


def test_no_sequence_is_cut():
    with pytest.raises(ValueError, match="positions: expected sequences up to 2, found one of 3"):
        ROWS.filled(positions=2)
    short = Padded(ROWS.values, torch.tensor([2, 1]))
    assert short.filled(positions=2).tolist() == [[1, 2], [4, 0]]


def test_chosen_rows_are_cut_to_the_longest_of_them():
    some = chosen(ROWS, torch.tensor([1, 1]))
    assert some.values.tolist() == [[4], [4]]
    assert some.lengths.tolist() == [1, 1]
    assert chosen(torch.arange(3), torch.tensor([2, 0])).tolist() == [2, 0]
