"""Texts as numbers of tokens, computed once and kept in the cache."""

from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock

from euar import pretrained
from euar.data import storage
from euar.data.cached import kept, named
from euar.data.dataset import MultimodalDataset
from euar.data.errors import model_errors
from euar.data.features.corruptions import Corruption
from euar.data.prepared.items import check_kind, items
from euar.folders import cache_folder


class Tokens(NamedTuple):
    """The tokens of n rows.

    Attributes:
        values: int64 (n, T), padded at the end.
        lengths: int64 (n,).
        key: the name of their file, which stands for all that decided them.
    """

    values: np.ndarray
    lengths: np.ndarray
    key: str


def tokens(
    dataset: MultimodalDataset,
    modality: str,
    model: str,
    most: int,
    *,
    corruption: Corruption | None = None,
    cache: Path | None = None,
) -> Tokens:
    """Return the tokens of every row.

    Longer texts are cut to `most` tokens, those at both ends that the model asks for among them.

    Args:
        dataset: a set with raw texts.
        modality: which of them.
        model: whose tokenizer; a name for `euar.pretrained`.
        most: T at most.
        corruption: noise on the rows that it hits; None: none.
        cache: folder of the file; `EUAR_CACHE/tokens` by default.

    Raises:
        DataError: there are no such texts, or the tokenizer cannot be had.
    """
    check_kind(dataset, modality, "text")
    with model_errors():
        stands_for = f"{pretrained.state(model)}, transformers {version('transformers')}"
    header = {
        "tokenizer": model,
        "version": stands_for,
        "most": str(most),
        "corruption": str(corruption or "none"),
    }
    path = (cache or cache_folder() / "tokens") / f"{named(dataset, modality, header)}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            texts = [str(text) for text in items(dataset, modality, corruption)]
            storage.write(path, header, _padded(_tokenized(texts, model, most)))
    found = kept(path)
    return Tokens(found["tokens"], found["lengths"], path.name)


def _tokenized(texts: list[str], model: str, most: int) -> list[list[int]]:
    with model_errors():
        tokenizer = pretrained.loaded("AutoTokenizer", model)
    numbers: list[list[int]] = tokenizer(texts, truncation=True, max_length=most)["input_ids"]
    return numbers


def _padded(rows: list[list[int]]) -> dict[str, np.ndarray]:
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    whole = np.zeros((len(rows), max(lengths.max(), 1)), dtype=np.int64)
    for row, found in zip(whole, rows, strict=True):
        row[: len(found)] = found
    return {"tokens": whole, "lengths": lengths}
