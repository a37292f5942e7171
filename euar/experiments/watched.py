"""Trainings that a measurement watches: it looks at the model between epochs, as `fit` never does."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from euar.data import MultimodalDataset
from euar.experiments.measurement import Fitted, Observation, observed
from euar.experiments.rates import best_of
from euar.training import Run
from euar.training.batches import Batch, all_splits
from euar.training.device import one_thread
from euar.training.grid import fit_growing
from euar.training.loop import Training


@dataclass(frozen=True, kw_only=True)
class Watched(Fitted):
    """A measurement that looks at its trainings; a subclass says at what."""

    @property
    def tried(self) -> tuple[float, ...]:
        """Learning rates; each seed keeps the one with the lowest criterion, see `fit_growing`."""
        return (self.recipe.lr,)

    @abstractmethod
    def look(self, training: Training) -> Any:
        """Return what is seen of a training before its first epoch, and after each; change nothing."""

    @abstractmethod
    def found(self, run: Run, seen: Sequence[Any], data: Mapping[str, Batch]) -> dict[str, Any]:
        """Return what to keep of a training besides `Run.record`.

        Args:
            run: its model has the weights of the selected epoch.
            seen: what `look` returned, E + 1 times.
            data: the splits, as the model takes them.
        """

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train every seed, watched."""
        data, seen = all_splits(dataset, torch.device("cpu")), defaultdict[tuple[float, int], list[Any]](list)

        def watch(training: Training) -> None:
            seen[training.recipe.lr, training.seed].append(self.look(training))

        how: dict[str, Any] = {"rates": self.tried, "seeds": self.seeds, "recipe": self.recipe}
        chosen = [best_of(tried) for tried in fit_growing(self.config(dataset), dataset, **how, watch=watch)]
        with one_thread():
            records = [
                {**one.record(), **self.found(one.run, seen[one.lr, one.run.seed], data)} for one in chosen
            ]
        return observed(dataset, [one.run for one in chosen], records)


def rounded(value: Any, digits: int) -> Any:
    """Return nested dicts and lists with every number cut to some significant digits."""
    if isinstance(value, dict):
        return {name: rounded(part, digits) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part, digits) for part in value]
    return float(f"{value:.{digits}g}")
