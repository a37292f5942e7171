"""The course of any system's training, watched as `Difference` watches EUAR's: Figure 5's third curve."""

from dataclasses import dataclass
from typing import Any

from euar.chapters.paper_against_code.measure import Difference
from euar.data import MultimodalDataset
from euar.experiments.train import configure
from euar.systems import registry


@dataclass(frozen=True, kw_only=True)
class Course(Difference):
    """A system, watched epoch by epoch; its `setting` is its name."""

    def __post_init__(self) -> None:
        registry.find(self.setting)

    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the system's configuration for a data set."""
        return configure(self.setting, dataset)
