"""An epoch of training: which rows at which rate and in which parts, and the terms of a step."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from euar.systems.base import LossTerms
from euar.training.batches import Batch
from euar.training.recipe import Recipe

#: The columns of a history that no term of a loss may be named like; `valid_…` belong to validation.
COLUMNS = ("epoch", "lr", "total", "task", "grad_norm")


class Part(NamedTuple):
    """Rows of a step that one process computes at once.

    Attributes:
        rows: (B,) int64.
        weight: of its terms, such that their sum over a process's parts, averaged over processes, is their
            mean over the step's rows.
        streams: what its random streams are named after; None where a step has no parts, and draws on from
            those of the epoch.
    """

    rows: Tensor
    weight: float
    streams: str | None


class Epoch(NamedTuple):
    """An epoch to train.

    Attributes:
        number: counted from 1.
        batches: the rows of each step, (B,) int64; the last may be smaller.
        noise: what the model draws from.
        recipe: how to train.
    """

    number: int
    batches: Sequence[Tensor]
    noise: torch.Generator
    recipe: Recipe

    def scale(self, step: int) -> float:
        """Return the share of its highest rate that a step, counted from 0, has.

        It rises along a line over the warm-up, and falls along half a cosine over all other steps.
        """
        steps, epochs, warmup = len(self.batches), self.recipe.epochs, self.recipe.warmup
        done = (self.number - 1 + step / steps) / epochs
        if done < warmup:
            return min((done + 1 / (steps * epochs)) / warmup, 1.0)
        return (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2

    def rate(self, step: int) -> float:
        """Return the learning rate of a step where the model has no rates of its own."""
        return self.recipe.lr * self.scale(step)

    def parts(self, step: int, rank: int, ranks: int) -> list[Part]:
        """Return the parts of a step that one of several processes computes, one after another.

        Two processes with a part each cut a step like one process with two parts. Where there are fewer rows
        than parts, a part without any computes the first row for nothing, so that no process waits in vain.

        Args:
            step: counted from 0.
            rank: the process, counted from 0.
            ranks: how many there are.
        """
        rows, own = self.batches[step], self.recipe.accumulate
        if own * ranks == 1:
            return [Part(rows, 1.0, None)]
        pieces = list(enumerate(torch.tensor_split(rows, own * ranks)))
        return [
            Part(
                piece if len(piece) else rows[:1], len(piece) * ranks / len(rows), f"{self.number}/{step}/{i}"
            )
            for i, piece in pieces[rank * own : (rank + 1) * own]
        ]


class Step(nn.Module):
    """A model as a function of its weights and a batch: the terms of its loss."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, batch: Batch, noise: Any) -> dict[str, Tensor]:
        """Return what `terms_of` does."""
        return terms_of(self.model, batch, noise)


def terms_of(model: Any, batch: Batch, noise: Any) -> dict[str, Tensor]:
    """Return the terms of a model's loss by the names they have in a history, each 0-dim.

    Args:
        model: with `MultimodalModel`'s forward and loss.
        batch: to train on.
        noise: its source, as the model's forward takes it.
    """
    loss: LossTerms = model.loss(model(batch.inputs, batch.available, noise), batch.target)
    for name, term in loss.parts.items():
        if name in COLUMNS or name.startswith("valid_"):
            raise ValueError(
                f"parts: {name!r} is a column of the history already ({', '.join(COLUMNS)}, valid_…)"
            )
        if term.ndim:
            raise ValueError(f"parts[{name!r}]: expected a 0-dim tensor, found shape {tuple(term.shape)}")
    return {"total": loss.total, "task": loss.task, **loss.parts}
