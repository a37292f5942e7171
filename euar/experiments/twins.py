"""What double rows across splits are worth on MVSA-Single: the same models, tested with and without them."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, load
from euar.experiments import mvsa
from euar.experiments.comparison import Row, newest
from euar.experiments.linear import baselines
from euar.experiments.origin import origin, record, settings
from euar.experiments.train import model_config
from euar.training import Recipe, fit, predict
from euar.training.scoring import scores


@dataclass(frozen=True, kw_only=True)
class Twins:
    """One system, as data.

    Attributes:
        system: a name of `train.SYSTEMS`.
        recipe: how to train.
        data: a name or path for `euar.data.load`; its `meta["in_another_split"]` marks the doubles.
        seeds: one run each.
    """

    system: str
    recipe: Recipe
    data: str = "mvsa"
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)

    def key(self) -> str:
        """Return the key of the result, without training."""
        return self._origin(load(self.data))["key"]

    def measure(self, experiment: str) -> dict[str, Any]:
        """Train, and return the result.

        A run adds to `Run.record` its test scores `without` the doubles and `on` them. So does
        `baselines_without` for the linear models. `doubles` counts them in the test split.
        """
        start = time.time()
        dataset = load(self.data)
        double = dataset.meta["in_another_split"] & (dataset.split == "test")
        parts = {"without": dataset.subset(mask=~double), "on": dataset.subset(mask=_only(dataset, double))}
        config = model_config(self.system, dataset)
        runs = fit(config, dataset, seeds=self.seeds, device="cpu", progress=False, **asdict(self.recipe))
        return record(
            experiment,
            self._origin(dataset),
            start,
            doubles=int(double.sum()),
            runs=[
                run.record()
                | {
                    name: scores(predict(run.model, part), part.subset(split="test").target)
                    for name, part in parts.items()
                }
                for run in runs
            ],
            baselines=baselines(dataset),
            baselines_without=baselines(parts["without"]),
        )

    def _origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        asked = settings(self.system, model_config(self.system, dataset), self.recipe, self.seeds)
        return origin(asked, dataset, None)


def requests() -> list[Twins]:
    """Return the default and the same with plain experts, at the rates that the comparison chose."""
    chosen = newest(
        "mvsa", [Row(data="mvsa", system=s, noises=mvsa.NOISES) for s in ("default", "mlp-experts")]
    )
    return [
        Twins(system=row.system, recipe=Recipe(epochs=30, batch_size=32, lr=result["lr"]))
        for row, result in chosen
    ]


def _only(dataset: MultimodalDataset, rows: np.ndarray) -> np.ndarray:
    """Which rows a set has whose test split is `rows`: (n,) bool."""
    return (dataset.split != "test") | rows
