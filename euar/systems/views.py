"""Views, each with a network of its own: what late fusion and the systems that grew out of it share.

A view is a modality. Its network says something of every row, without meaning where the modality is missing;
`rows` tells where it counts. Letters: B samples, C classes, D features.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor, nn

from euar._checks import check_word
from euar._layers import ModalityDict
from euar.systems.base import TASK_LOSSES
from euar.systems.config import FITTING, Config, SystemConfig, Task


@dataclass(frozen=True)
class ClassesConfig(SystemConfig):
    """The fields of a system that knows classes alone."""

    task: Task = "classification"
    outputs: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_word("task", self.task, ("classification",))


class ViewsOutput(NamedTuple):
    """What the networks of the views say, and all together.

    Attributes:
        prediction: shaped as `MultimodalModel.shaped` returns it.
        each: {modality given: its network's prediction}, shaped alike; without meaning where it is missing.
        rows: {modality given: (B,) bool}, the rows that have it.
    """

    prediction: Tensor
    each: dict[str, Tensor]
    rows: dict[str, Tensor]


def heads(config: Config) -> ModalityDict:
    """Return a network for each view: D projected features, a hidden layer of D with ReLU, the outputs.

    Example:
        >>> from euar.systems.late_fusion import LateFusionConfig
        >>> networks = heads(LateFusionConfig({"text": 8}, dim=5, task="classification", outputs=3))
        >>> networks["text"](torch.zeros(2, 5)).shape
        torch.Size([2, 3])
    """

    def network() -> nn.Module:
        hidden = nn.Linear(config.dim, config.dim)
        return nn.Sequential(hidden, nn.ReLU(), nn.Linear(config.dim, config.outputs))

    return ModalityDict({m: network() for m in config.in_features})


def rows_of(views: Mapping[str, Tensor], available: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the rows that have each view, {modality: (B,) bool}.

    Args:
        views: {modality given: (B, ...)}.
        available: as a model's `forward` takes it.

    Example:
        >>> rows_of({"a": torch.zeros(2, 3)}, {"a": torch.tensor([True, False])})
        {'a': tensor([ True, False])}
    """
    every = {m: view.new_ones(view.shape[:1], dtype=torch.bool) for m, view in views.items()}
    return {m: available.get(m, mask) for m, mask in every.items()}


def rows_of_all(
    views: Mapping[str, Tensor], available: Mapping[str, Tensor], modalities: Iterable[str]
) -> dict[str, Tensor]:
    """Return what `rows_of` does, for modalities that are not given, too: they are in no row.

    Example:
        >>> rows_of_all({"a": torch.zeros(2, 3)}, {}, ["a", "b"])
        {'a': tensor([True, True]), 'b': tensor([False, False])}
    """
    given = rows_of(views, available)
    nowhere = torch.zeros_like(next(iter(given.values())))
    return {m: given.get(m, nowhere) for m in modalities}


def kept(view: Tensor, rows: Tensor) -> Tensor:
    """Return what a view says, (B, ...), with 0 in the rows that lack it.

    Example:
        >>> kept(torch.ones(2, 3), torch.tensor([True, False])).tolist()
        [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    return view.masked_fill(~rows.view(-1, *[1] * (view.ndim - 1)), 0)


def mean_over(values: Tensor, where: Tensor) -> Tensor:
    """Return the mean of values (...) where a bool mask (...) is true, 0-dim; 0 where it is nowhere.

    Example:
        >>> mean_over(torch.tensor([1.0, 3.0, torch.nan]), torch.tensor([True, True, False])).item()
        2.0
    """
    return values.masked_fill(~where, 0).sum() / where.sum().clamp(min=1)


def average(views: Mapping[str, Tensor], rows: Mapping[str, Tensor]) -> Tensor:
    """Return the mean over the views that a row has, shaped as one of them, (B, ...).

    Example:
        >>> views = {"a": torch.tensor([1.0, 1.0]), "b": torch.tensor([3.0, 3.0])}
        >>> average(views, {"a": torch.tensor([True, True]), "b": torch.tensor([True, False])}).tolist()
        [2.0, 1.0]
    """
    total = added(kept(view, rows[m]) for m, view in views.items())
    count = added(mask.long() for mask in rows.values())
    return total / count.view(-1, *[1] * (total.ndim - 1))


def loss_of_views(
    config: Config, predictions: Mapping[str, Tensor], rows: Mapping[str, Tensor], target: Tensor
) -> Tensor:
    """Return the sum of the task's losses of the views, each the mean over the rows that have it, 0-dim.

    Args:
        config: its `task` and `task_loss` decide the loss.
        predictions: {modality: shaped as the model's prediction}.
        rows: as `rows_of` gives them.
        target: checked already.

    Example:
        >>> from euar.systems.late_fusion import LateFusionConfig
        >>> config, rows = LateFusionConfig({"a": 8}), {"a": torch.tensor([True, False])}
        >>> loss_of_views(config, {"a": torch.tensor([2.0, 0.0])}, rows, torch.tensor([1.0, 5.0])).item()
        1.0
    """
    loss: Callable[..., Tensor] = TASK_LOSSES[config.task_loss or FITTING[config.task][0]]
    each = {m: loss(said, target, reduction="none") for m, said in predictions.items()}
    return added(mean_over(terms.view(len(terms), -1).mean(dim=-1), rows[m]) for m, terms in each.items())


def added(terms: Iterable[Tensor]) -> Tensor:
    """Return the sum of at least one tensor.

    Example:
        >>> added(torch.tensor([1.0, 2.0]) for _ in range(3)).tolist()
        [3.0, 6.0]
    """
    return reduce(torch.add, terms)
