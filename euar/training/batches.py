"""A data set's splits as training sees them, and those of features: tensors that stay in memory.

Training asks a split for its `target`, its `scale` and the `Batch` of some rows. For features, a loader would
only add time; what is read or decoded row by row comes from a `Source`, whose splits do that themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, overload, runtime_checkable

import torch
from torch import Generator, Tensor

from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.training.preprocessing import Preprocessing
from euar.training.targets import SENTIMENT, TargetScale
from euar.training.windows import following

SPLITS = ("train", "valid", "test")


class Rows(Protocol):
    """The rows of a split, on the device that trains; a `Batch` is one.

    A split may also have `order(generator, batch_size)`, see `order_of`.
    """

    @property
    def target(self) -> Tensor:
        """(n,) of all rows: of the training split on the scale that the model learns, else the user's."""

    @property
    def scale(self) -> TargetScale:
        """The step between these two."""

    def rows(self, index: Tensor) -> "Batch":
        """Return the rows at `index`, (B,) int64 on the device of the target."""


@runtime_checkable
class Source(Protocol):
    """A data set that makes its own batches, such as one of token ids or pictures: `fit` takes it like any.

    Like a `MultimodalDataset`, it has a `name`, and a `sha256` of all that decides its batches.
    """

    def splits(self, device: torch.device) -> Mapping[str, Rows]:
        """Return `"train"`, `"valid"` and `"test"`."""

    def preprocessing(self) -> Preprocessing:
        """Return what its training rows say: the scale of the target, classes, scales of feature columns."""


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


def learned_of(dataset: Any) -> Preprocessing:
    """Return what the training rows of a raw data set, or of a source, say.

    Raises:
        DataError: see `Preprocessing.of`.
    """
    return dataset.preprocessing() if isinstance(dataset, Source) else Preprocessing.of(dataset)


@overload
def all_splits(
    dataset: MultimodalDataset, device: torch.device, learned: Preprocessing | None = None
) -> dict[str, Batch]: ...
@overload
def all_splits(
    dataset: Source, device: torch.device, learned: Preprocessing | None = None
) -> Mapping[str, Rows]: ...
def all_splits(
    dataset: Any, device: torch.device, learned: Preprocessing | None = None
) -> Mapping[str, Rows]:
    """Return the splits of a raw data set, standardised on its training rows.

    Args:
        dataset: a `MultimodalDataset` in raw units, or a `Source`, which makes its splits itself.
        device: where the tensors shall be.
        learned: the preprocessing of this set, if it is known already.

    Raises:
        ValueError: a split has no rows.
        DataError: the training rows hold a single class.
    """
    splits = dataset.splits(device) if isinstance(dataset, Source) else _of_features(dataset, device, learned)
    for split in SPLITS:
        if not len(splits[split].target):
            raise ValueError(_no_rows(dataset.name, split))
    _check_target(dataset.name, splits["train"].target)
    return splits


def order_of(split: Rows, generator: Generator | None, batch_size: int) -> Sequence[Tensor]:
    """Return the rows of a split in batches, (B,) int64 each, every row once.

    A split that has `order(generator, batch_size)` decides: it may put rows of a length together, and make
    batches smaller than `batch_size`. Others are shuffled; without a generator, they stay as they lie.

    Args:
        split: whose rows.
        generator: on the CPU, of a shuffled order; None for rows that are looked at once, in any order.
        batch_size: the most rows of a batch.

    Raises:
        ValueError: the split leaves rows out, or gives some twice.
    """
    n, device = len(split.target), split.target.device
    if hasattr(split, "order"):
        batches: Sequence[Tensor] = split.order(generator, batch_size)
        if not torch.equal(torch.cat(list(batches)).sort().values, torch.arange(n, device=device)):
            raise ValueError(f"order: expected each of {n} rows once, on {device}; found others")
        return batches
    order = torch.arange(n) if generator is None else torch.randperm(n, generator=generator)
    return torch.split(order.to(device), batch_size)


def split_tensors(
    dataset: MultimodalDataset, split: str, device: torch.device, scale: TargetScale = SENTIMENT
) -> Batch:
    """Return one split of a standardised data set as tensors on `device`, its target in the user's units.

    Raises:
        ValueError: the split has no rows.
    """
    if split not in dataset.split:
        raise ValueError(_no_rows(dataset.name, split))
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


def _of_features(
    dataset: MultimodalDataset, device: torch.device, learned: Preprocessing | None
) -> dict[str, Batch]:
    learned = learned or learned_of(dataset)
    standardized = dataset.scaled(learned.columns)
    splits = {split: split_tensors(standardized, split, device, learned.target) for split in SPLITS}
    ratings = learned.target.to_model(splits["train"].target.cpu().numpy())
    return {**splits, "train": splits["train"]._replace(target=torch.as_tensor(ratings, device=device))}


def _no_rows(name: str, split: str) -> str:
    return f"{name}: expected rows of split {split!r}, found none; assign some to it"


def _check_target(name: str, target: Tensor) -> None:
    """Refuse to tell one class from itself; ratings that never vary are a constant to learn."""
    if not target.is_floating_point() and len(classes := target.unique().tolist()) < 2:
        found, fix = f"only class {classes[0]}", "assign rows of another class to the training split"
        raise DataError(name, "target", "at least 2 classes among the training rows", found, fix)
