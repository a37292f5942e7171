"""Trainings that a measurement watches: it looks at the model between epochs, as `fit` never does."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from euar.data import MultimodalDataset
from euar.experiments.measurement import Fitted, Observation, observed
from euar.training import Run
from euar.training.batches import Batch, all_splits
from euar.training.device import one_thread
from euar.training.loop import Training


class Watch(NamedTuple):
    """One watched training: the run, and what to keep of it besides `Run.record`."""

    run: Run
    found: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Watched(Fitted):
    """A measurement that looks at its trainings; a subclass says at what."""

    @abstractmethod
    def watch(self, training: Training) -> Watch:
        """Train one seed to its end, and return what to keep of it."""

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train every seed, watched."""
        data = all_splits(dataset, torch.device("cpu"))
        with one_thread():
            watched = [self.seen(dataset, data, seed) for seed in self.seeds]
        return observed(dataset, [w.run for w in watched], [{**w.run.record(), **w.found} for w in watched])

    def seen(self, dataset: MultimodalDataset, data: dict[str, Batch], seed: int) -> Watch:
        """Train one seed."""
        return self.watch(Training(self.config(dataset), self.recipe, seed, data))


def to_the_end(training: Training) -> Training:
    """Train whatever epochs are left."""
    while not training.done:
        training.run_epoch()
    return training


def rounded(value: Any, digits: int) -> Any:
    """Return nested dicts and lists with every number cut to some significant digits."""
    if isinstance(value, dict):
        return {name: rounded(part, digits) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part, digits) for part in value]
    return float(f"{value:.{digits}g}")
