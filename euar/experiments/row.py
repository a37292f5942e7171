"""One row of a comparison: a system on a data set, each seed at the learning rate that validation prefers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, corruption, features
from euar.experiments.measurement import Fitted, Observation, observed, predicted
from euar.experiments.rates import CHOICE, best_of
from euar.experiments.train import configure
from euar.systems import registry
from euar.training import Recipe
from euar.training.grid import fit_growing
from euar.training.scoring import scores
from euar.training.targets import target_scale

#: What a table of systems compares: two readings of EUAR, and four networks without its Gaussian experts.
SYSTEMS = ("default", "paper", "mlp-experts", "linear-experts", "concat", "late-fusion")
RATES = (3e-4, 1e-3, 3e-3, 1e-2)
_RECIPE = Recipe(epochs=30, batch_size=32)


@dataclass(frozen=True, kw_only=True)
class Row(Fitted):
    """A system on a data set, as data.

    Attributes:
        system: a name for `registry.find`.
        modalities: those that training and test see; None for all.
        size: training rows, drawn once; those of a smaller size are among those of a larger. None for all.
        rates: learning rates; each seed keeps the one with the lowest value of what selection minimises on
            the validation split. A seed whose best lies at an end tries further ones, see `fit_growing`. The
            recipe's own gives way to it.
        noises: KIND:STRENGTH, see `features.Corruption.parse`; the runs are also tested under each.
    """

    system: str = "default"
    modalities: tuple[str, ...] | None = None
    size: int | None = None
    recipe: Recipe = _RECIPE
    rates: tuple[float, ...] = RATES
    seeds: tuple[int, ...] = tuple(range(10))
    noises: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        registry.find(self.system)

    @property
    def name(self) -> str:
        """The system."""
        return self.system

    def dataset(self) -> MultimodalDataset:
        """Return the rows and modalities that are asked for."""
        dataset = super().dataset()
        dataset = dataset if self.modalities is None else dataset.with_modalities(self.modalities)
        return dataset if self.size is None else _fewer(dataset, self.size)

    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the system's configuration for a data set."""
        return configure(self.system, dataset)

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return the model's configuration, and how its rate is chosen."""
        return super().settings(dataset) | {"lr": CHOICE}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train every seed at every rate, and test what validation prefers on all test splits."""
        config = self.config(dataset)
        grids = fit_growing(config, dataset, rates=self.rates, seeds=self.seeds, recipe=self.recipe)
        chosen = [best_of(tried) for tried in grids]
        runs = [one.run for one in chosen]
        tests = self.tests(dataset)
        said = {name: predicted(runs, test, test) for name, test in tests.items()}
        others = [
            {name: _scores(tests[name], values.values[place]) for name, values in said.items()}
            for place in range(len(runs))
        ]
        records = [{**one.record(), "others": other} for one, other in zip(chosen, others, strict=True)]
        found = observed(dataset, runs, records)
        return found._replace(predictions=found.predictions | said)

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set with other test splits: noisy, and without one of several modalities."""
        noisy = {name: features.corrupted(dataset, features.Corruption.parse(name)) for name in self.noises}
        names = list(dataset.modalities)
        without = {m: corruption.with_available(dataset, corruption.withheld(dataset, m)) for m in names}
        return noisy | {f"without {m}": test for m, test in without.items() if len(names) > 1}


def _scores(test: MultimodalDataset, values: np.ndarray) -> dict[str, float]:
    return scores(values, test.subset(split="test").target, sentiment=target_scale(test).sentiment)


def _fewer(dataset: MultimodalDataset, size: int) -> MultimodalDataset:
    """Keep `size` training rows, and all others."""
    train = np.flatnonzero(dataset.split == "train")
    dropped = np.random.default_rng(0).permutation(train)[size:]
    return dataset.subset(mask=~np.isin(np.arange(len(dataset)), dropped))
