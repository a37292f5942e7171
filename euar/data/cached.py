"""Names of computed files in the cache, each by a hash of the content that it was computed from."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from euar.data import raw, storage
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError

_LONGEST = 50  # characters of a part of a file's name


def named(dataset: MultimodalDataset, modality: str, header: Mapping[str, str]) -> str:
    """Return the name, without suffix, of what is computed from a modality's raw content.

    Of long parts, such as a model's folder, it holds only the end; 16 digits stand for the content.

    Args:
        dataset: a set with raw content.
        modality: which of it.
        header: all else that decides the computation; the first and the last value stand in the name, and
            `"corruption"` says whether ids decide, too: `"none"` or what was done.
    """
    values = list(header.values())
    words = [
        re.sub(r"[^\w.-]+", "-", part)[-_LONGEST:] for part in (dataset.name, modality, values[0], values[-1])
    ]
    return "-".join([*words, _key(dataset, modality, header)])


def kept(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file of the cache.

    Raises:
        DataError: it is damaged.
    """
    try:
        return storage.read(path, trusted=True)[1]
    except DataError as error:
        remedy = "delete it, and the same command computes it again"
        raise DataError(path, error.field, error.expected, error.found, remedy) from error


def _key(dataset: MultimodalDataset, modality: str, header: Mapping[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for row, name in enumerate(dataset.ids):
        digest.update(hashlib.sha256(raw.content(dataset, modality, row)).digest())
        if header["corruption"] != "none":  # noise depends on ids
            digest.update(hashlib.sha256(str(name).encode()).digest())
    return digest.hexdigest()[:16]
