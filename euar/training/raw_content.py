"""What each encoder takes of a data set's rows: tokens, squares of pixels, frames, features."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from euar.data import prepared
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


class Content(NamedTuple):
    """Some rows of a modality.

    Attributes:
        values: as their encoder takes them, but for pictures, which stay on disk.
        key: stands for all that decided them, besides the data set's arrays.
    """

    values: Tensor | Padded | Squares
    key: str

    def on(self, device: torch.device) -> Tensor | Padded | Squares:
        """Return the values, on a device if they are in memory."""
        if isinstance(self.values, Padded):
            return Padded(*(x.to(device) for x in self.values))
        return self.values.to(device) if isinstance(self.values, Tensor) else self.values


@dataclass(frozen=True)
class RawContent:
    """What encoders take of a data set.

    Attributes:
        dataset: in raw units, with raw content.
        cache: folder for tokens and pictures, `EUAR_CACHE` by default.
    """

    dataset: MultimodalDataset
    cache: Path | None = None

    def check(self, modality: str, encoder: EncoderConfig) -> None:
        """Raise a DataError unless the set has features or frames of the width that an encoder takes."""
        if not isinstance(encoder, FeaturesConfig | SequenceEncoderConfig):
            return
        frames = isinstance(encoder, SequenceEncoderConfig)
        widths = {m: x.shape[-1] for m, (x, _) in self.dataset.sequences.items()}
        found = (widths if frames else self.dataset.in_features).get(modality, "none")
        if found != encoder.in_features:
            field = f"{'sequences' if frames else 'modalities'}/{modality}"
            expected = f"{encoder.in_features} columns, as its encoder takes"
            raise DataError(self.dataset.name, field, expected, str(found), "see `default_encoders`")

    def scale(self, modality: str, encoder: EncoderConfig) -> Scale | None:
        """Return the scale of features, or of frames within their lengths, over the available training rows.

        None where nothing is standardised: texts, pictures, and frames that an encoder takes as they are.
        """
        if isinstance(encoder, FeaturesConfig):
            return self.dataset.scales()[modality]
        if not (isinstance(encoder, SequenceEncoderConfig) and encoder.standardize):
            return None
        train = self.dataset.split == "train"
        return Scale.of(self.dataset.sequences[modality][0][train][self._inside(modality)[train]])

    def of(
        self,
        modality: str,
        encoder: EncoderConfig,
        here: NDArray[np.bool_],
        scale: Scale | None,
        noise: Corruption | None,
    ) -> Content:
        """Return some rows of a modality.

        Args:
            modality: which.
            encoder: who takes them.
            here: (n,) bool, the rows.
            scale: of features and frames, see `scale`.
            noise: on texts and pictures.

        Raises:
            DataError: there is no such raw content, or a file cannot be read.
        """
        if isinstance(encoder, FeaturesConfig):
            values, there = self.dataset.modalities[modality], self.dataset.available[modality]
            return Content(torch.as_tensor(_scaled(values, there, scale)[here]), "features")
        if isinstance(encoder, SequenceEncoderConfig):
            frames, lengths = self.dataset.sequences[modality]
            frames = _scaled(frames, self._inside(modality), scale)
            return Content(Padded(torch.as_tensor(frames[here]), torch.as_tensor(lengths[here])), "frames")
        rows = replace(self.dataset, modalities={}, available={}, sequences={}).subset(mask=here)
        return self._read(rows, modality, encoder, noise)

    def _read(
        self, rows: MultimodalDataset, modality: str, encoder: EncoderConfig, noise: Corruption | None
    ) -> Content:
        """Texts or pictures of all rows of a set."""
        how: dict[str, Any] = {"corruption": noise, "cache": self.cache}
        if isinstance(encoder, PictureEncoderConfig):
            squares = prepared.pixels(rows, modality, encoder.stored, encoder.shape, **how)
            return Content(squares, squares.path.name)
        assert isinstance(encoder, TextEncoderConfig)  # there are no others
        found = prepared.tokens(rows, modality, encoder.model, encoder.max_tokens, **how)
        return Content(Padded(torch.as_tensor(found.values), torch.as_tensor(found.lengths)), found.key)

    def _inside(self, modality: str) -> NDArray[np.bool_]:
        """(n, T): the frames within the lengths of available rows."""
        frames, lengths = self.dataset.sequences[modality]
        inside = np.arange(frames.shape[1]) < lengths[:, None]
        keep: NDArray[np.bool_] = inside & self.dataset.available[modality][:, None]
        return keep


def _scaled(values: NDArray[Any], keep: NDArray[np.bool_], scale: Scale | None) -> NDArray[Any]:
    """Standardised values, 0 where they do not count."""
    return np.where(keep[..., None], values, np.float32(0)) if scale is None else scale.apply(values, keep)
