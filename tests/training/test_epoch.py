"""The schedule against torch's own, and the parts of a step."""

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from euar.training import Recipe
from euar.training.epoch import Epoch

STEPS, EPOCHS = 5, 8


def epoch(number=1, rows=9, steps=STEPS, **recipe):
    batches = torch.arange(rows).split(-(-rows // steps))
    return Epoch(number, batches, torch.Generator(), Recipe(epochs=EPOCHS, **recipe))


def rates(**recipe):
    """All rates of a training."""
    every = (epoch(number + 1, **recipe) for number in range(EPOCHS))
    return [each.rate(step) for each in every for step in range(STEPS)]


def scheduled(warm):
    """What torch's schedulers make of it."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    rising = LinearLR(optimizer, start_factor=1 / warm, end_factor=1, total_iters=warm - 1)
    falling = CosineAnnealingLR(optimizer, T_max=STEPS * EPOCHS - warm)
    schedule, found = SequentialLR(optimizer, [rising, falling], milestones=[warm]), []
    for _ in range(STEPS * EPOCHS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_warm_up_and_decay_are_those_of_torch():
    assert rates(lr=0.5, warmup=0.25) == pytest.approx(scheduled(10), rel=1e-5)
    assert max(rates(lr=0.5, warmup=0.25)) == 0.5


def test_without_warm_up_the_first_rate_is_the_highest():
    assert rates(lr=0.5)[0] == 0.5
    assert rates(lr=0.5) == sorted(rates(lr=0.5), reverse=True)


@pytest.mark.parametrize("rows", [16, 7, 3, 1])
@pytest.mark.parametrize(("ranks", "accumulate"), [(1, 3), (2, 1), (2, 2), (4, 1)])
def test_parts_weigh_every_row_alike(rows, ranks, accumulate):
    once = epoch(rows=rows, steps=1, accumulate=accumulate)
    weight = torch.zeros(rows)
    for rank in range(ranks):
        parts = once.parts(0, rank, ranks)
        assert len(parts) == accumulate  # every process does the same number of passes
        for part in parts:
            assert len(part.rows)
            weight.index_add_(0, part.rows, torch.full((len(part.rows),), part.weight / len(part.rows)))
    assert weight.numpy() == pytest.approx(ranks / rows)  # the mean over processes is the mean over rows


def test_two_processes_cut_a_step_like_one_with_two_parts():
    alone = epoch(accumulate=2).parts(1, 0, 1)
    shared = [part for rank in range(2) for part in epoch().parts(1, rank, 2)]
    for one, other in zip(alone, shared, strict=True):
        assert torch.equal(one.rows, other.rows)
        assert one.streams == other.streams
    assert len({part.streams for part in alone}) == 2


def test_a_step_without_parts_is_whole():
    ((rows, weight, streams),) = epoch().parts(0, 0, 1)
    assert (rows.tolist(), weight, streams) == ([0, 1], 1.0, None)
