"""Train a system on a data set for several seeds, beside the linear baselines."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from euar.data import MultimodalDataset
from euar.data.tasks import with_task
from euar.experiments.measurement import Fitted, Result
from euar.systems import registry
from euar.training.targets import described


@dataclass(frozen=True, kw_only=True)
class Train(Fitted):
    """A system of the registry, trained with one recipe, as data.

    Attributes:
        system: a name for `registry.find`.
        device: see `fit`.
        devices: see there.
        strategy: see there.
        task: what integer labels are, see `tasks.with_task`; None: what the data say.
    """

    system: str = "default"
    device: str = "auto"
    devices: int = 1
    strategy: str = "auto"
    task: str | None = None

    def __post_init__(self) -> None:
        registry.find(self.system)

    @property
    def name(self) -> str:
        """The system."""
        return self.system

    def dataset(self) -> MultimodalDataset:
        """Return the data, in raw units, with labels of the task."""
        return with_task(super().dataset(), self.task)

    def request(self) -> dict[str, Any]:
        """Return all fields as plain values; those that came later, only where they were given."""
        usual = {"task": None, "devices": 1, "strategy": "auto"}.items()
        return {name: value for name, value in super().request().items() if (name, value) not in usual}

    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the system's configuration for a data set."""
        return configure(self.system, dataset)

    def train(
        self,
        out: Path | None = None,
        progress: bool | None = None,
        jobs: int = 1,
        announce: Callable[[str], object] = lambda _text: None,
    ) -> Result:
        """Train where a person waits for it: the runs stay in a folder, and a bar shows how far it is.

        Args:
            out: a folder for checkpoints and runs, see `fit`.
            progress: see `fit`.
            jobs: see there.
            announce: is told task, rows and scale before it starts.
        """
        start, dataset = time.time(), self.dataset()
        announce(described(dataset))
        where = {"device": self.device, "devices": self.devices, "strategy": self.strategy}
        observed = self.trained(dataset, **where, jobs=jobs, out=out, progress=progress)
        return self.result("train", dataset, start, observed)


def configure(system: str, dataset: MultimodalDataset, changes: Mapping[str, Any] | None = None) -> Any:
    """Return a system's configuration that fits a data set: its modalities, and ratings or classes.

    Args:
        system: a name for `registry.find`.
        dataset: what to fit.
        changes: fields of the configuration that differ from the system's.
    """
    classes = int(np.max(dataset.target)) + 1 if dataset.task == "classification" else 1
    found = registry.find(system)
    return found.configure(dataset.in_features, task=dataset.task, outputs=classes, **(changes or {}))
