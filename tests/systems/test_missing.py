"""Who has what, and what is left out: never all, as often as asked for, and as the generator has it."""

import pytest
import torch

from euar.systems.missing import check_rate, leave_out, present, side_by_side


def test_a_modality_not_given_is_missing_in_all_rows_and_zero():
    x, mask = torch.ones(2, 3), torch.tensor([True, False])
    assert present({"b": x, "a": x}, {"b": mask}, ["a", "b", "c"]).tolist() == [
        [True, True, False],
        [True, False, False],
    ]
    assert side_by_side({"b": x}, ["a", "b"]).tolist() == [[[0.0] * 3, [1.0] * 3]] * 2


@pytest.mark.parametrize("rate", [0.3, 1.0])
def test_one_of_a_row_stays_and_the_others_go_at_the_rate(rate):
    has = torch.ones(30_000, 3, dtype=torch.bool)
    has[:10_000, 0] = False
    kept = leave_out(has, rate, torch.Generator().manual_seed(0))
    assert not (kept & ~has).any()
    assert kept.any(dim=1).all()
    two, three = kept[:10_000, 1:].float().mean(dim=0), kept[10_000:].float().mean(dim=0)
    torch.testing.assert_close(two, torch.full((2,), 1 / 2 + (1 - rate) / 2), atol=0.02, rtol=0)
    torch.testing.assert_close(three, torch.full((3,), 1 / 3 + (1 - rate) * 2 / 3), atol=0.02, rtol=0)


def test_a_row_with_one_modality_keeps_it_and_one_with_none_has_none():
    has = torch.tensor([[False, True], [False, False]])
    assert torch.equal(leave_out(has, 1.0), has)


def test_the_generator_decides():
    has = torch.ones(50, 3, dtype=torch.bool)
    one, two, other = (leave_out(has, 0.5, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("rate", [0, -0.1, 1.1, float("nan"), "half", True])
def test_a_rate_out_of_range_is_named(rate):
    with pytest.raises(ValueError, match="leave_out: expected a number above 0, at most 1, found"):
        check_rate("leave_out", rate)
