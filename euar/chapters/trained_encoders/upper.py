"""The same with the upper blocks of picture encoders alone, so that training them fits two cores."""

from dataclasses import dataclass

from euar.chapters.trained_encoders.as_read import AsRead
from euar.data import MultimodalDataset
from euar.encoders import EncoderConfig, PictureEncoderConfig
from euar.encoders.cached import CachedPictureEncoderConfig


@dataclass(frozen=True, kw_only=True)
class Upper(AsRead):
    """`AsRead` of systems above picture encoders that see the squares that frozen ones see.

    Attributes:
        lowest: blocks of each picture encoder that stay as they are, the stem among them; texts' encoders
            train whole.
    """

    lowest: int = 12

    def encoders(self, dataset: MultimodalDataset) -> dict[str, EncoderConfig]:
        """Return {modality: its encoder}, see `Tuned.encoders`."""
        found = super().encoders(dataset)
        pictures = [m for m, encoder in found.items() if isinstance(encoder, PictureEncoderConfig)]
        return found | {m: CachedPictureEncoderConfig(frozen=self.lowest) for m in pictures}
