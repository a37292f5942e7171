"""Trainings of EUAR that an experiment watches: what is asked for, and the result around the runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from euar.data import MultimodalDataset, load
from euar.experiments.linear import baselines
from euar.experiments.origin import origin, record, settings
from euar.experiments.store import load_results
from euar.model import EUARConfig
from euar.training import Recipe
from euar.training.batches import all_splits
from euar.training.device import one_thread
from euar.training.loop import Training


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One configuration, as data. A subclass says which it is, and what to keep of a training.

    Attributes:
        seeds: one training each.
        recipe: how to train.
        data: a name or path for `euar.data.load`.
    """

    seeds: tuple[int, ...]
    recipe: Recipe
    data: str = "embedded"

    def key(self) -> str:
        """Return the key of the result, without training."""
        return self._origin(load(self.data))["key"]

    def measure(self, experiment: str) -> dict[str, Any]:
        """Train, and return the result; a subclass says what its runs hold."""
        start = time.time()
        dataset = load(self.data)
        config, data = self.config(dataset), all_splits(dataset, torch.device("cpu"))
        with one_thread():
            runs = [self._watch(Training(config, self.recipe, seed, data)) for seed in self.seeds]
        return record(experiment, self._origin(dataset), start, runs=runs, baselines=baselines(dataset))

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the model's configuration for a data set."""
        raise NotImplementedError

    def _watch(self, training: Training) -> dict[str, Any]:
        """Train one seed to its end, and return what to keep of it."""
        raise NotImplementedError

    def _origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        asked = settings("default", self.config(dataset), self.recipe, self.seeds)
        return origin(asked, dataset, None)


def newest_by_fields(
    experiment: str, fields: Sequence[str], order: Sequence[tuple], root: Path | None = None
) -> dict[tuple, dict[str, Any]]:
    """Return {values of some fields of the model's configuration: newest result}.

    Args:
        experiment: the name under which the results are kept.
        fields: of the configuration.
        order: of the keys; one without a result is left out.
        root: the folder of all results, see `store`.
    """
    found = {
        tuple(result["config"]["model"][field] for field in fields): result
        for result in reversed(load_results(experiment, root))  # oldest first: the newest stays
    }
    return {key: found[key] for key in order if key in found}
