"""A data set with raw content, and what encoders make of it: batches for a model that trains end to end."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from euar.data import prepared, raw
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.features.corruptions import Corruption
from euar.data.prepared import Squares
from euar.data.scaling import Scale
from euar.encoders import (
    EncoderConfig,
    FeaturesConfig,
    Padded,
    PictureEncoderConfig,
    SequenceEncoderConfig,
    TextEncoderConfig,
)
from euar.training.batches import SPLITS
from euar.training.preprocessing import Preprocessing
from euar.training.raw_rows import RawRows
from euar.training.targets import class_names, target_scale


class _How(TypedDict):
    corruption: Corruption | None
    cache: Path | None


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
        cache: folder for tokens and pictures, `EUAR_CACHE` by default.
        learned: what other rows said, such as those of a trained run; None: what the training rows say.

    Raises:
        DataError: the set has not what an encoder takes.

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
    cache: Path | None = None
    learned: Preprocessing | None = None

    def __post_init__(self) -> None:
        for modality, encoder in self.encoders.items():
            if isinstance(encoder, FeaturesConfig | SequenceEncoderConfig):
                self._check_width(modality, encoder)
        if self.corruption is not None and not self._corrupted():
            remedy = "choose another kind of noise"
            expected, found = f"a modality for {self.corruption.kind}", ", ".join(self.encoders)
            raise DataError(self.name, "corruption", expected, found, remedy)

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.dataset.name

    @cached_property
    def sha256(self) -> str:
        """Stands for all that decides the batches: labels, features, files, tokenizers, sizes, noise."""
        keys = [f"{word}/{m}: {key}" for word in SPLITS for m, (_, key) in self._contents[word].items()]
        whole = "\n".join([self.dataset.sha256, *keys])
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
        return self._rows(every, {m: self._content(every, m, None) for m in self.encoders}, device)

    def _rows(
        self, here: NDArray[Any], contents: Mapping[str, tuple[Any, str]], device: torch.device
    ) -> RawRows:
        masks = {m: mask[here] for m, mask in self.dataset.available.items() if m in self.encoders}
        return RawRows(
            {m: _on(x, device) for m, (x, _) in contents.items()},
            {m: torch.as_tensor(mask, device=device) for m, mask in masks.items() if not mask.all()},
            self._target(self.dataset.target[here], device),
            self._learned.target,
        )

    def _target(self, values: NDArray[Any], device: torch.device) -> Tensor:
        dtype = torch.int64 if self.dataset.task == "classification" else torch.float32
        return torch.as_tensor(values, dtype=dtype, device=device)

    @cached_property
    def _learned(self) -> Preprocessing:
        if self.learned is not None:
            return self.learned
        features = [m for m, e in self.encoders.items() if isinstance(e, FeaturesConfig)]
        scales, extractors = self.dataset.scales(), self.dataset.meta.get("features", {})
        return Preprocessing(
            {m: scales[m] for m in features} | self._frame_scales(),
            target_scale(self.dataset),
            class_names(self.dataset),
            {m: extractors[m] for m in features if m in extractors},
        )

    @cached_property
    def _contents(self) -> dict[str, dict[str, tuple[Any, str]]]:
        """{split: {modality: what encoders take, and what stands for how it was made}}."""
        noise = {"test": self.corruption}
        return {
            word: {m: self._content(self.dataset.split == word, m, noise.get(word)) for m in self.encoders}
            for word in SPLITS
        }

    def _content(self, here: NDArray[Any], modality: str, noise: Corruption | None) -> tuple[Any, str]:
        encoder = self.encoders[modality]
        if isinstance(encoder, FeaturesConfig):
            scale = self._learned.columns[modality]
            scaled = scale.apply(self.dataset.modalities[modality], self.dataset.available[modality])
            return torch.as_tensor(scaled[here]), "features"
        if isinstance(encoder, SequenceEncoderConfig):
            frames, lengths = self._frames(modality)
            return Padded(torch.as_tensor(frames[here]), torch.as_tensor(lengths[here])), "frames"
        rows = replace(self.dataset, modalities={}, available={}, sequences={}).subset(mask=here)
        how = _How(corruption=noise if modality in self._corrupted() else None, cache=self.cache)
        if isinstance(encoder, PictureEncoderConfig):
            squares = prepared.pixels(rows, modality, encoder.stored, encoder.shape, **how)
            return squares, squares.path.name
        assert isinstance(encoder, TextEncoderConfig)  # there are no others
        found = prepared.tokens(rows, modality, encoder.model, encoder.max_tokens, **how)
        return Padded(torch.as_tensor(found.values), torch.as_tensor(found.lengths)), found.key

    def _frames(self, modality: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Frames (n, T, d), standardised if their encoder wants it, 0 behind the lengths, and the lengths."""
        frames, lengths = self.dataset.sequences[modality]
        keep = self._inside(modality)
        scale = self._learned.columns.get(modality)
        return (np.where(keep[..., None], frames, 0) if scale is None else scale.apply(frames, keep)), lengths

    def _frame_scales(self) -> dict[str, Scale]:
        """{modality: scale of the frames of available training rows, within their lengths}."""
        wanted = [
            m for m, e in self.encoders.items() if isinstance(e, SequenceEncoderConfig) and e.standardize
        ]
        train = self.dataset.split == "train"
        return {m: Scale.of(self.dataset.sequences[m][0][train][self._inside(m)[train]]) for m in wanted}

    def _inside(self, modality: str) -> NDArray[Any]:
        frames, lengths = self.dataset.sequences[modality]
        inside = np.arange(frames.shape[1]) < lengths[:, None]  # (n, T)
        keep: NDArray[np.bool_] = inside & self.dataset.available[modality][:, None]
        return keep

    def _corrupted(self) -> list[str]:
        """The modalities that the corruption is for."""
        kinds, noise = raw.kinds(self.dataset), self.corruption
        read = [
            m for m, e in self.encoders.items() if isinstance(e, TextEncoderConfig | PictureEncoderConfig)
        ]
        return [m for m in read if m in kinds and noise is not None and noise.fits(kinds[m])]

    def _check_width(self, modality: str, encoder: FeaturesConfig | SequenceEncoderConfig) -> None:
        """Raise unless the set has features or frames of the encoder's width."""
        frames = isinstance(encoder, SequenceEncoderConfig)
        widths = {m: x.shape[-1] for m, (x, _) in self.dataset.sequences.items()}
        known = widths if frames else self.dataset.in_features
        if known.get(modality) != encoder.in_features:
            field = f"{'sequences' if frames else 'modalities'}/{modality}"
            expected, found = (
                f"{encoder.in_features} columns, as its encoder takes",
                known.get(modality, "none"),
            )
            raise DataError(self.name, field, expected, str(found), "see `default_encoders`")


def _on(content: Any, device: torch.device) -> Tensor | Padded | Squares:
    if isinstance(content, Padded):
        return Padded(*(x.to(device) for x in content))
    return content.to(device) if isinstance(content, Tensor) else content
