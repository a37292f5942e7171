"""Rows of different lengths in one tensor, and the choice of some rows of a modality."""

from typing import NamedTuple

import torch
from torch import Tensor


class Padded(NamedTuple):
    """Sequences, padded at the end.

    Attributes:
        values: (B, T) int64 tokens, or (B, T, d) float frames; whatever stands behind a length is not read.
        lengths: (B,) int64, from 0 to T.

    Example:
        >>> rows = Padded(torch.tensor([[1, 2], [3, 9]]), torch.tensor([2, 1]))
        >>> rows.filled(positions=3).tolist()
        [[1, 2, 0], [3, 0, 0]]
    """

    values: Tensor
    lengths: Tensor

    @property
    def inside(self) -> Tensor:
        """(B, T) bool: True within the lengths."""
        return torch.arange(self.values.shape[1], device=self.values.device) < self.lengths.unsqueeze(1)

    def filled(self, value: float = 0, positions: int | None = None) -> Tensor:
        """Return the values with one value as padding, (B, positions, ...).

        Args:
            value: what stands behind each length.
            positions: T of what is returned; None: as it is.

        Raises:
            ValueError: a sequence is longer than that.
        """
        values, inside = self.values, self.inside
        while inside.ndim < values.ndim:
            inside = inside.unsqueeze(-1)
        values = values.masked_fill(~inside, value)
        if positions is None or positions == values.shape[1]:
            return values
        if bool((self.lengths > positions).any()):
            longest = int(self.lengths.max())
            raise ValueError(f"positions: expected sequences up to {positions}, found one of {longest}")
        padding = values.new_full(
            (len(values), max(positions - values.shape[1], 0), *values.shape[2:]), value
        )
        return torch.cat([values[:, :positions], padding], dim=1)


#: A modality's rows: features (B, d), pictures (B, 3, H, W) uint8, or sequences.
Rows = Tensor | Padded


def count(rows: Rows) -> int:
    """Return B.

    Example:
        >>> count(Padded(torch.zeros(2, 7, 3), torch.tensor([5, 7])))
        2
    """
    return len(rows.lengths) if isinstance(rows, Padded) else len(rows)


def device_of(rows: Rows) -> torch.device:
    """Return where the rows are.

    Example:
        >>> device_of(torch.zeros(2, 3))
        device(type='cpu')
    """
    return rows.lengths.device if isinstance(rows, Padded) else rows.device


def chosen(rows: Rows, index: Tensor) -> Rows:
    """Return the rows at `index`, (b,) int64; of sequences, cut to the longest of them.

    Example:
        >>> rows = Padded(torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([3, 2]))
        >>> chosen(rows, torch.tensor([1])).values.tolist()
        [[4, 5]]
    """
    if not isinstance(rows, Padded):
        return rows.index_select(0, index)
    lengths = rows.lengths.index_select(0, index)
    longest = max(int(lengths.max()), 1) if len(lengths) else 1
    return Padded(rows.values[:, :longest].index_select(0, index), lengths)
