"""A data set with raw content, and what encoders make of it: batches for a model that trains end to end."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from euar._checks import shown
from euar.data import raw
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.features.corruptions import Corruption
from euar.encoders import (
    EncoderConfig,
    FeaturesConfig,
    PictureEncoderConfig,
    SequenceEncoderConfig,
    TextEncoderConfig,
)
from euar.training.batches import SPLITS
from euar.training.preprocessing import Preprocessing
from euar.training.raw_content import Content, RawContent
from euar.training.raw_rows import RawRows
from euar.training.targets import class_names, target_scale


def default_encoders(dataset: MultimodalDataset) -> dict[str, EncoderConfig]:
    """Return {modality: encoder} for all that a set has: of its raw texts and pictures, frames, features.

    Example:
        >>> from euar.data import simulate
        >>> default_encoders(simulate(n=(32, 16, 16)))["audio"]
        FeaturesConfig(in_features=16)
    """
    kinds = {"text": TextEncoderConfig, "image": PictureEncoderConfig, "depth": PictureEncoderConfig}
    of_raw = {m: kinds[kind]() for m, kind in raw.kinds(dataset).items() if kind in kinds}
    frames = {m: SequenceEncoderConfig(x.shape[2]) for m, (x, _) in dataset.sequences.items()}
    features = {m: FeaturesConfig(width) for m, width in dataset.in_features.items()}
    found: dict[str, EncoderConfig] = {**of_raw}
    for m in dataset.modalities:
        found.setdefault(m, frames.get(m, features[m]))
    return found


@dataclass(frozen=True)
class RawSource:
    """What `fit` takes in place of a data set, see `batches.Source`.

    Tokens and pictures are made once and kept in the cache. Features and frames are standardised on the
    available training rows.

    Attributes:
        dataset: in raw units, with raw content, see `readers.read`.
        encoders: {modality: the configuration of its encoder}, such as `EndToEndConfig.encoders`.
        corruption: noise on the test rows that it hits; None: none.
        available: {modality: bool (n,)}, what rows have of what the set says they have, such as
            `corruption.random_missing` says; scales stay those of the set. None: all.
        cache: folder for tokens and pictures, `EUAR_CACHE` by default.
        learned: what other rows said, such as those of a trained run; None: what the training rows say.

    Raises:
        DataError: the set has not what an encoder takes, a mask does not fit, or a row is left without any
            modality.

    Example:
        >>> from euar.data import simulate
        >>> dataset = simulate(n=(32, 16, 16))
        >>> source = RawSource(dataset, default_encoders(dataset))
        >>> source.splits(torch.device("cpu"))["valid"].rows(torch.tensor([3])).inputs["text"].shape
        torch.Size([1, 32])
    """

    dataset: MultimodalDataset
    encoders: Mapping[str, EncoderConfig]
    corruption: Corruption | None = None
    available: Mapping[str, NDArray[np.bool_]] | None = None
    cache: Path | None = None
    learned: Preprocessing | None = None

    def __post_init__(self) -> None:
        for modality, encoder in self.encoders.items():
            self._raw.check(modality, encoder)
        if self.corruption is not None and not self._corrupted():
            remedy = "choose another kind of noise"
            expected, found = f"a modality for {self.corruption.kind}", ", ".join(self.encoders)
            raise DataError(self.name, "corruption", expected, found, remedy)
        self._check_available()

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.dataset.name

    @cached_property
    def sha256(self) -> str:
        """Stands for all that decides the batches: labels, features, files, tokenizers, sizes, noise."""
        keys = [
            f"{word}/{m}: {content.key}" for word in SPLITS for m, content in self._contents[word].items()
        ]
        masks = [f"{m}: {mask.tobytes().hex()}" for m, mask in sorted((self.available or {}).items())]
        whole = "\n".join([self.dataset.sha256, *keys, *masks])
        return hashlib.sha256(whole.encode()).hexdigest()

    def preprocessing(self) -> Preprocessing:
        """What the training rows say: scales of features and frames, the scale of the target, classes."""
        return self._learned

    def splits(self, device: torch.device) -> dict[str, RawRows]:
        """Return the splits, tokens, frames and features on `device`, pictures on disk.

        Raises:
            DataError: a file of the source or of the cache cannot be read.
        """
        here = {word: self.dataset.split == word for word in SPLITS}
        splits = {word: self._rows(here[word], self._contents[word], device) for word in SPLITS}
        ratings = self._learned.target.to_model(self.dataset.target[here["train"]])
        return splits | {"train": splits["train"]._replace(target=self._target(ratings, device))}

    def whole(self, device: torch.device) -> RawRows:
        """Return all rows as one split, the target in the user's units; errors: `splits`."""
        every = np.ones(len(self.dataset), dtype=bool)
        return self._rows(every, self._contents_of(every, None), device)

    def _rows(
        self, here: NDArray[np.bool_], contents: Mapping[str, Content], device: torch.device
    ) -> RawRows:
        masks = {m: mask[here] for m, mask in self._masks().items()}
        return RawRows(
            {m: content.on(device) for m, content in contents.items()},
            {m: torch.as_tensor(mask, device=device) for m, mask in masks.items() if not mask.all()},
            self._target(self.dataset.target[here], device),
            self._learned.target,
        )

    def _target(self, values: NDArray[Any], device: torch.device) -> Tensor:
        dtype = torch.int64 if self.dataset.task == "classification" else torch.float32
        return torch.as_tensor(values, dtype=dtype, device=device)

    @property
    def _raw(self) -> RawContent:
        return RawContent(self.dataset, self.cache)

    @cached_property
    def _learned(self) -> Preprocessing:
        if self.learned is not None:
            return self.learned
        scales = {m: self._raw.scale(m, encoder) for m, encoder in self.encoders.items()}
        extractors = self.dataset.meta.get("features", {})
        return Preprocessing(
            {m: scale for m, scale in scales.items() if scale is not None},
            target_scale(self.dataset),
            class_names(self.dataset),
            {
                m: extractors[m]
                for m, e in self.encoders.items()
                if isinstance(e, FeaturesConfig) and m in extractors
            },
        )

    @cached_property
    def _contents(self) -> dict[str, dict[str, Content]]:
        """{split: {modality: what encoders take}}."""
        noise = {"test": self.corruption}
        return {word: self._contents_of(self.dataset.split == word, noise.get(word)) for word in SPLITS}

    def _contents_of(self, here: NDArray[np.bool_], noise: Corruption | None) -> dict[str, Content]:
        scales, hit = self._learned.columns, self._corrupted()
        return {
            m: self._raw.of(m, encoder, here, scales.get(m), noise if m in hit else None)
            for m, encoder in self.encoders.items()
        }

    def _corrupted(self) -> list[str]:
        """The modalities that the corruption is for."""
        kinds, noise = raw.kinds(self.dataset), self.corruption
        read = [
            m for m, e in self.encoders.items() if isinstance(e, TextEncoderConfig | PictureEncoderConfig)
        ]
        return [m for m in read if m in kinds and noise is not None and noise.fits(kinds[m])]

    def _masks(self) -> dict[str, NDArray[np.bool_]]:
        """{modality: (n,) bool} of all encoders."""
        every, given = np.ones(len(self.dataset), dtype=bool), self.available or {}
        return {m: self.dataset.available.get(m, every) & given.get(m, every) for m in self.encoders}

    def _check_available(self) -> None:
        for modality, mask in (self.available or {}).items():
            if modality not in self.encoders:
                expected, found = f"some of {', '.join(self.encoders)}", repr(modality)
                raise DataError(self.name, "available", expected, found, "check its spelling")
            fits = isinstance(mask, np.ndarray) and mask.dtype == np.bool_
            if not (fits and mask.shape == (len(self.dataset),)):
                expected, found = f"bool of shape ({len(self.dataset)},)", shown(mask)
                raise DataError(self.name, f"available/{modality}", expected, found, "give one value a row")
        bare = np.flatnonzero(~np.any(list(self._masks().values()), axis=0))
        if len(bare):
            found = f"none in {len(bare)} row(s), first row {bare[0]}"
            remedy = "leave one or drop the row"
            raise DataError(self.name, "available", "a modality in every row", found, remedy)
