"""A data set's splits as tensors that stay in memory: for features, a loader would only add time."""

from typing import NamedTuple

import torch
from torch import Tensor

from euar.data.dataset import MultimodalDataset

SPLITS = ("train", "valid", "test")


class Batch(NamedTuple):
    """Some rows of a data set.

    Attributes:
        inputs: {modality: (B, d) float32}.
        available: {modality: (B,) bool}, only for modalities that some row of the split lacks.
        target: (B,) float32, or int64 for classes.
    """

    inputs: dict[str, Tensor]
    available: dict[str, Tensor]
    target: Tensor

    def rows(self, index: Tensor) -> "Batch":
        """Return the rows at `index`, (B,) int64, or (S, B) for S replicas."""
        inputs = {m: _rows(x, index) for m, x in self.inputs.items()}
        available = {m: _rows(mask, index) for m, mask in self.available.items()}
        return Batch(inputs, available, _rows(self.target, index))


def _rows(values: Tensor, index: Tensor) -> Tensor:
    chosen = values.index_select(0, index.flatten())  # much faster than values[index]
    return chosen.view(*index.shape, *values.shape[1:])


def all_splits(dataset: MultimodalDataset, device: torch.device) -> dict[str, Batch]:
    """Return the splits of a raw data set, standardised on its training rows.

    Raises:
        ValueError: a split has no rows.
    """
    standardized = dataset.without_sequences().standardize()
    return {split: split_tensors(standardized, split, device) for split in SPLITS}


def split_tensors(dataset: MultimodalDataset, split: str, device: torch.device) -> Batch:
    """Return one split of a standardised data set as tensors on `device`.

    Raises:
        ValueError: the split has no rows.
    """
    if split not in dataset.split:
        raise ValueError(f"{dataset.name}: expected rows of split {split!r}, found none; assign some to it")
    part = dataset.subset(split=split)
    dtype = torch.int64 if dataset.task == "classification" else torch.float32
    return Batch(
        {m: torch.as_tensor(x, dtype=torch.float32, device=device) for m, x in part.modalities.items()},
        {m: torch.as_tensor(mask, device=device) for m, mask in part.available.items() if not mask.all()},
        torch.as_tensor(part.target, dtype=dtype, device=device),
    )
