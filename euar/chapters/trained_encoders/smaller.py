"""The same on pictures of fewer pixels, so that training all of a convolutional network fits two cores."""

from dataclasses import dataclass, replace

from euar.chapters.trained_encoders.as_read import AsRead
from euar.data import MultimodalDataset
from euar.encoders import EncoderConfig, PictureEncoderConfig


@dataclass(frozen=True, kw_only=True)
class Smaller(AsRead):
    """`AsRead` of systems above picture encoders that see less of a grid of pixels.

    Attributes:
        size: of the square that the network sees, see `PictureEncoderConfig`.
        stored: of the square from which that one is cropped.
    """

    size: int = 160
    stored: int = 184

    def encoders(self, dataset: MultimodalDataset) -> dict[str, EncoderConfig]:
        """Return {modality: its encoder}, see `Tuned.encoders`."""
        found = super().encoders(dataset)
        pictures = {m: e for m, e in found.items() if isinstance(e, PictureEncoderConfig)}
        return found | {m: replace(e, size=self.size, stored=self.stored) for m, e in pictures.items()}
