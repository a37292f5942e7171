"""The order of utterances: a row with those before and after it, for systems that read a video in order.

A system whose model has a `reach` above 0 is given windows, (B, 2 reach + 1, d) of each modality with the row
itself in the middle, in place of (B, d). So a row stays one example: order, batches, stacks and predictions
are those of any system, and a row's answer depends on its video, not on its batch. Systems without a `reach`
are given what they always were.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from euar.data.dataset import MultimodalDataset


def following(dataset: MultimodalDataset, device: torch.device | None = None) -> Tensor | None:
    """Return the row that comes after each in its group, such as a video.

    Rows of a group are in the order of their ids, numbers in them compared as numbers: `a_2` before `a_10`.

    Args:
        dataset: its rows.
        device: where the answer shall be.

    Returns:
        (n,) int64, -1 for the last of a group; None for a set without groups.

    Example:
        >>> fields = {"modalities": {"a": np.zeros((3, 1), np.float32)}, "target": np.zeros(3)}
        >>> ids, groups = ["v_10", "w_1", "v_2"], ["v", "w", "v"]
        >>> data = MultimodalDataset("three", ids=ids, groups=groups, split=["test"] * 3, **fields)
        >>> following(data).tolist()
        [-1, -1, 0]
    """
    if dataset.groups is None:
        return None
    keys = [(group, _natural(name)) for group, name in zip(dataset.groups, dataset.ids, strict=True)]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    same = dataset.groups[order[1:]] == dataset.groups[order[:-1]]
    after = np.full(len(order), -1, dtype=np.int64)
    after[order[:-1][same]] = order[1:][same]
    return torch.as_tensor(after, device=device)


def windows(after: Tensor, reach: int) -> Tensor:
    """Return the rows around each.

    Args:
        after: (n,) int64, as `following` returns it.
        reach: how many on either side.

    Returns:
        (n, 2 reach + 1) int64, the row itself in the middle; -1 where its group has no more.

    Example:
        >>> windows(torch.tensor([1, 2, -1]), reach=1).tolist()
        [[-1, 0, 1], [0, 1, 2], [1, 2, -1]]
    """
    rows = torch.arange(len(after), device=after.device)
    before = torch.full_like(after, -1)
    before[after[after >= 0]] = rows[after >= 0]
    sides = [list(_walk(rows, step, reach)) for step in (before, after)]
    return torch.stack([*sides[0][::-1], rows, *sides[1]], dim=1)


class Windowed(NamedTuple):
    """A split whose rows bring their neighbours along; for training, as good as the split.

    Attributes:
        split: a `Batch`.
        windows: (n, T) int64, as the function returns it.
    """

    split: Any
    windows: Tensor

    @property
    def target(self) -> Tensor:
        """Of each row."""
        return self.split.target  # type: ignore[no-any-return]

    @property
    def scale(self) -> Any:
        """See `Batch`."""
        return self.split.scale

    def rows(self, index: Tensor) -> Any:
        """Return windows of the rows at `index`, (..., T, d), and masks (..., T), False where none is."""
        around = self.windows[index]
        part = self.split.rows(around.clamp(min=0))
        there = {m: part.available.get(m, True) & (around >= 0) for m in part.inputs}
        middle = around.shape[-1] // 2
        return part._replace(available=there, target=part.target.select(index.ndim, middle))


def seen_by(model: Any, split: Any) -> Any:
    """Return the split as a model reads it: by windows if the model has a `reach`, and the split an order."""
    reach, after = getattr(model, "reach", 0), getattr(split, "following", None)
    return split if not reach or after is None else Windowed(split, windows(after, reach))


def _walk(rows: Tensor, step: Tensor, length: int) -> Iterable[Tensor]:
    for _ in range(length):
        rows = torch.where(rows >= 0, step[rows.clamp(min=0)], rows)
        yield rows


def _natural(name: str) -> list[str | int]:
    """The letters and numbers of an id in turn, so that ids compare as people count."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split(r"([0-9]+)", name))]
