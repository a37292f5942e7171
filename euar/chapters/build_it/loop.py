"""A model that notes how a training loop treats it, and what its notes say of the loop."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from euar.chapters.answers import require


class Watched(nn.Module):
    """One weight, a squared error, and notes of each call.

    Attributes:
        batches: the rows of each call of `loss`, by the values of `inputs["row"]`.
        modes: whether the model was in training then.
        fresh: the gradient of each backward pass.
        held: what the weight's `grad` was after it; more than the fresh one where nothing was cleared.
        mixed: whether a call had targets of other rows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.batches: list[list[int]] = []
        self.modes: list[bool] = []
        self.fresh: list[float] = []
        self.held: list[float] = []
        self.mixed = False
        self.weight.register_hook(lambda gradient: self.fresh.append(gradient.item()))
        self.weight.register_post_accumulate_grad_hook(self._hold)

    def loss(self, inputs: dict[str, Tensor], target: Tensor) -> Tensor:
        """Return the mean squared error of weight times row, scaled, and take notes."""
        row = inputs["row"]
        self.batches.append(row.long().tolist())
        self.modes.append(self.training)
        self.mixed |= not torch.equal(row, target)
        return (self.weight * row - target).square().mean() / 1000

    def _hold(self, weight: Tensor) -> None:
        assert weight.grad is not None
        self.held.append(weight.grad.item())


def judge_loop(watched: Watched, returned: Any, rows: int, epochs: int) -> None:
    """Judge a loop by the notes of the model that it trained.

    Args:
        watched: it began in evaluation.
        returned: what the loop gave back.
        rows: how many there are; their inputs and targets are 0, 1, ….
        epochs: that were asked for.

    Raises:
        AnswerError: the loop does something else than a training loop should.
    """
    visited = [row for batch in watched.batches for row in batch]
    require(visited, "The loop never asks for model.loss.")
    require(not watched.mixed, "The target's rows are not those of the inputs.")
    _judge_steps(watched)
    require(len(watched.batches) > epochs, "All rows go into one batch: split them.")
    often = f"In {epochs} epochs each row should come {epochs} times; row 0 comes {visited.count(0)} times."
    require(sorted(visited) == sorted(epochs * list(range(rows))), often)
    first, second = visited[:rows], visited[rows : 2 * rows]
    require(first != second, "All epochs have the same order: draw a new one in each, with randperm.")
    require(all(watched.modes), "Call model.train() first: without it the experts draw nothing.")
    finished = isinstance(returned, Watched) and not returned.training
    require(finished, "Return the model in evaluation: model.eval().")


def _judge_steps(watched: Watched) -> None:
    weight = watched.weight.item()
    require(watched.fresh, "The loss is computed, but backward() is never called.")
    require(weight != 0, "The weights never move: optimiser.step() is missing.")
    clean = len(watched.fresh) == len(watched.held) and np.allclose(watched.fresh, watched.held)
    require(clean, "Gradients of earlier batches add up: zero_grad() is missing.")
    require(weight > 0, "The loss rises: step against the gradient.")
