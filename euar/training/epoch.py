"""An epoch of training: which rows at which rate, and the terms of a step."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from euar.systems.base import LossTerms
from euar.training.batches import Batch
from euar.training.recipe import Recipe

#: The columns of a history that no term of a loss may be named like; `valid_…` belong to validation.
COLUMNS = ("epoch", "lr", "total", "task", "grad_norm")


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

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0: half a cosine over all steps of all epochs."""
        done = (self.number - 1 + step / len(self.batches)) / self.recipe.epochs
        return self.recipe.lr * (1 + math.cos(math.pi * done)) / 2

    def steps(self) -> Iterator[tuple[Tensor, float]]:
        """Give the rows and the learning rate of each step."""
        return ((rows, self.rate(step)) for step, rows in enumerate(self.batches))


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
