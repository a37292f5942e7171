"""The rows of a split whose modalities are texts, pictures, frames or features, as encoders take them.

Texts and frames of like length come together, so that little of a batch is padding. Pictures stay on disk and
are read when their rows are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from euar.data.prepared import Squares
from euar.encoders.padded import Padded, chosen
from euar.training.batches import Batch
from euar.training.targets import TargetScale

POOL = 20  # batches of a shuffled order that are sorted by length among themselves
_MOST = {True: 32, False: 128}  # rows at once in evaluation, where there are pictures or none


class RawRows(NamedTuple):
    """A split, with what lies in memory on the device that trains.

    Attributes:
        content: {modality: features (n, d), sequences, or pictures}.
        available: {modality: (n,) bool}, only for modalities that some row lacks.
        target: (n,); of the training split on the scale that the model learns.
        scale: the step to the user's units.
    """

    content: Mapping[str, Tensor | Padded | Squares]
    available: Mapping[str, Tensor]
    target: Tensor
    scale: TargetScale

    def rows(self, index: Tensor) -> Batch:
        """Return the rows at `index`, (B,) int64; sequences are cut to the longest of them."""
        inputs: dict[str, Any] = {m: self._rows(x, index) for m, x in self.content.items()}
        available = {m: mask[index] for m, mask in self.available.items()}
        return Batch(inputs, available, self.target[index], self.scale)

    def order(self, generator: Generator | None, batch_size: int) -> Sequence[Tensor]:
        """Return the rows in batches of at most `batch_size`.

        Args:
            generator: shuffles rows, sorts each pool of batches by length, and shuffles the batches; None
                sorts all rows.
            batch_size: the most rows of a batch.
        """
        lengths = self._lengths()
        if generator is None:
            some_are_pictures = any(isinstance(x, Squares) for x in self.content.values())
            by_length = lengths.argsort(stable=True).to(self.target.device)
            return torch.split(by_length, min(batch_size, _MOST[some_are_pictures]))
        shuffled = torch.randperm(len(lengths), generator=generator)
        pools = shuffled.split(POOL * batch_size)
        batches = [
            batch for pool in pools for batch in pool[lengths[pool].argsort(stable=True)].split(batch_size)
        ]
        turn = torch.randperm(len(batches), generator=generator).tolist()
        return [batches[place].to(self.target.device) for place in turn]

    def _lengths(self) -> Tensor:
        """The positions of each row, summed over its sequences, (n,) on the CPU; all alike without any."""
        total = torch.zeros(len(self.target), dtype=torch.int64)
        for x in self.content.values():
            if isinstance(x, Padded):
                total += x.lengths.cpu()
        return total

    def _rows(self, x: Tensor | Padded | Squares, index: Tensor) -> Tensor | Padded:
        if isinstance(x, Squares):
            return torch.from_numpy(x.rows(index.cpu().numpy())).to(index.device)
        return chosen(x, index)
