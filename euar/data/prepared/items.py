"""Texts and pictures of a modality, one after the other, with the noise of those that it hits."""

from collections.abc import Iterator

import numpy as np

from euar.data import raw
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.features.corruptions import Corruption


def items(
    dataset: MultimodalDataset, modality: str, corruption: Corruption | None
) -> Iterator[str | np.ndarray]:
    """Give the text or picture of each row; with a corruption, noisy where it hits.

    Args:
        dataset: a set with raw content.
        modality: which of it, a text or a picture.
        corruption: what to do to which rows; None: nothing.

    Raises:
        DataError: see `raw.item` and `Corruption.apply`.
    """
    hit = np.zeros(len(dataset), bool) if corruption is None else corruption.hits(dataset.ids, modality)
    for row, name in enumerate(dataset.ids):
        item = raw.item(dataset, modality, row)
        yield corruption.apply(item, str(name), modality) if corruption and hit[row] else item  # type: ignore[misc]


def check_kind(dataset: MultimodalDataset, modality: str, *expected: str) -> None:
    """Raise a DataError unless a set has raw content of one of these kinds under this name."""
    raw.strings(dataset, modality)
    kind = raw.kinds(dataset)[modality]
    if kind not in expected:
        remedy = "choose another encoder"
        raise DataError(dataset.name, f"raw/{modality}", " or ".join(expected), kind, remedy)
