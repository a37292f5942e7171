"""The same after fewer training rows, where a set is too large for two cores."""

from dataclasses import dataclass

from euar.chapters.trained_encoders.as_read import AsRead
from euar.data import MultimodalDataset
from euar.experiments.row import Row


@dataclass(frozen=True, kw_only=True)
class Fewer(AsRead):
    """`AsRead` of systems that train on some rows, and choose and test on all.

    Attributes:
        size: training rows, the same for every seed.
    """

    size: int

    def dataset(self) -> MultimodalDataset:
        """Return the set with as many training rows."""
        return Row(data=self.data, variant=self.variant, size=self.size).dataset()
