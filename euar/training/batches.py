"""A data set's splits as tensors that stay in memory: for features, a loader would only add time."""

from typing import NamedTuple

import torch
from torch import Tensor

from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.training.preprocessing import Preprocessing
from euar.training.targets import SENTIMENT, TargetScale
from euar.training.windows import following

SPLITS = ("train", "valid", "test")


class Batch(NamedTuple):
    """Some rows of a data set.

    Attributes:
        inputs: {modality: (B, d) float32}.
        available: {modality: (B,) bool}, only for modalities that some row of the split lacks.
        target: (B,) float32, or int64 for classes; of the training split on the scale that the model learns,
            of others in the user's units.
        scale: the step between these two.
        following: (n,) int64, of a whole split the row after each in its group, see `windows.following`.
    """

    inputs: dict[str, Tensor]
    available: dict[str, Tensor]
    target: Tensor
    scale: TargetScale = SENTIMENT
    following: Tensor | None = None

    def rows(self, index: Tensor) -> "Batch":
        """Return the rows at `index`, (B,) int64, or (S, B) for S replicas."""
        inputs = {m: _rows(x, index) for m, x in self.inputs.items()}
        available = {m: _rows(mask, index) for m, mask in self.available.items()}
        return Batch(inputs, available, _rows(self.target, index), self.scale)


def _rows(values: Tensor, index: Tensor) -> Tensor:
    chosen = values.index_select(0, index.flatten())  # much faster than values[index]
    return chosen.view(*index.shape, *values.shape[1:])


def all_splits(
    dataset: MultimodalDataset, device: torch.device, learned: Preprocessing | None = None
) -> dict[str, Batch]:
    """Return the splits of a raw data set, standardised on its training rows.

    Args:
        dataset: in raw units.
        device: where the tensors shall be.
        learned: the preprocessing of this set, if it is known already.

    Raises:
        ValueError: a split has no rows.
        DataError: the training rows hold a single class.
    """
    learned = learned or Preprocessing.of(dataset)
    standardized = dataset.scaled(learned.columns)
    splits = {split: split_tensors(standardized, split, device, learned.target) for split in SPLITS}
    _check_target(dataset, splits["train"].target)
    ratings = learned.target.to_model(splits["train"].target.cpu().numpy())
    return splits | {"train": splits["train"]._replace(target=torch.as_tensor(ratings, device=device))}


def split_tensors(
    dataset: MultimodalDataset, split: str, device: torch.device, scale: TargetScale = SENTIMENT
) -> Batch:
    """Return one split of a standardised data set as tensors on `device`, its target in the user's units.

    Raises:
        ValueError: the split has no rows.
    """
    if split not in dataset.split:
        raise ValueError(f"{dataset.name}: expected rows of split {split!r}, found none; assign some to it")
    part = dataset.subset(split=split)
    dtype = torch.int64 if dataset.task == "classification" else torch.float32
    target = torch.as_tensor(part.target, dtype=dtype, device=device)
    return Batch(*features(part, device), target, scale, following(part, device))


def features(dataset: MultimodalDataset, device: torch.device) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the inputs and masks of a `Batch` of all rows of a standardised data set."""
    inputs = {
        m: torch.as_tensor(x, dtype=torch.float32, device=device) for m, x in dataset.modalities.items()
    }
    masks = {m: torch.as_tensor(x, device=device) for m, x in dataset.available.items() if not x.all()}
    return inputs, masks


def _check_target(dataset: MultimodalDataset, target: Tensor) -> None:
    """Refuse to tell one class from itself; ratings that never vary are a constant to learn."""
    classes = target.unique().tolist()
    if dataset.task == "classification" and len(classes) < 2:
        found, fix = f"only class {classes[0]}", "assign rows of another class to the training split"
        raise DataError(dataset.name, "target", "at least 2 classes among the training rows", found, fix)
