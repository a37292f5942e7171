"""The same, with a key that every processor makes alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from euar.chapters.trained_encoders.asked import Asked
from euar.data import MultimodalDataset
from euar.encoders import PictureEncoderConfig, TextEncoderConfig


@dataclass(frozen=True, kw_only=True)
class AsRead(Asked):
    """`Asked` of what is read from a source.

    What frozen networks extract differs between processors in its last digits. Encoders that train along do
    not see it, only the linear baselines beside them do. So it has no part in what the data are called, and
    rows that were measured on several machines are rows on the same data.
    """

    def origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return `Measurement.origin` of the data that the encoders see."""
        return super().origin(self._seen(dataset))

    def _seen(self, dataset: MultimodalDataset) -> MultimodalDataset:
        """Return the set with what encoders read as it is, and what is raw."""
        raw = (TextEncoderConfig, PictureEncoderConfig)
        ready = [m for m, encoder in self.encoders(dataset).items() if not isinstance(encoder, raw)]

        def kept(parts: Mapping[str, Any]) -> dict[str, Any]:
            return {m: values for m, values in parts.items() if m in ready}

        return replace(
            dataset,
            modalities=kept(dataset.modalities),
            available=kept(dataset.available),
            sequences=kept(dataset.sequences),
        )
