"""One row of a comparison: a system on a data set, each seed at the learning rate that validation prefers.

The choice is part of every seed, so that the spread over seeds holds the luck of choosing, too.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, corruption, features, load
from euar.experiments.linear import baselines
from euar.experiments.origin import origin, record
from euar.experiments.report import number
from euar.experiments.store import load_results
from euar.experiments.train import model_config
from euar.training import Recipe, Run, fit, predict
from euar.training.provenance import describe
from euar.training.runs import summarize
from euar.training.scoring import scores

#: What a table of systems compares: two readings of EUAR, and three networks without its Gaussian experts.
SYSTEMS = ("default", "paper", "mlp-experts", "concat", "late-fusion")
RATES = (1e-4, 3e-4, 1e-3, 3e-3)
_CHOICE = "of each seed, the lowest criterion on validation"
_RECIPE = Recipe(epochs=30, batch_size=32)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What to measure, as data.

    Attributes:
        data: a name or path for `euar.data.load`.
        variant: the data set's variant.
        system: a name of `train.SYSTEMS`.
        modalities: those that training and test see; None for all.
        size: training rows, drawn once; those of a smaller size are among those of a larger. None for all.
        recipe: how to train; its `lr` gives way to the best of `rates`.
        rates: learning rates; each seed keeps the one with the lowest value of what selection minimises on
            the validation split.
        seeds: one run each.
        noises: KIND:STRENGTH, see `features.Corruption.parse`; the runs are also tested under each.
    """

    data: str
    variant: str | None = None
    system: str = "default"
    modalities: tuple[str, ...] | None = None
    size: int | None = None
    recipe: Recipe = _RECIPE
    rates: tuple[float, ...] = RATES
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    noises: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values, as they come out of JSON."""
        return json.loads(json.dumps(asdict(self)))

    def key(self) -> str:
        """Return the key of the result, without training."""
        return self._origin(self._dataset())["key"]

    def measure(self, experiment: str) -> dict[str, Any]:
        """Train, and return the result, as `comparison.schema.json` describes it."""
        start = time.time()
        dataset = self._dataset()
        tests = self._tests(dataset)
        return record(
            experiment,
            self._origin(dataset),
            start,
            runs=[self._run(dataset, tests, seed) for seed in self.seeds],
            baselines=baselines(dataset),
        )

    def _dataset(self) -> MultimodalDataset:
        dataset = load(self.data, variant=self.variant)
        dataset = dataset if self.modalities is None else dataset.with_modalities(self.modalities)
        return dataset if self.size is None else _fewer(dataset, self.size)

    def _run(self, dataset: MultimodalDataset, tests: Mapping[str, MultimodalDataset], seed: int) -> dict:
        """Train a seed at each rate, and return the record of the one that validation prefers."""
        runs = {rate: self._fit(dataset, seed, rate) for rate in self.rates}
        valid = {rate: _criterion(run) for rate, run in runs.items()}
        rate = min(valid, key=valid.get)
        return {
            **runs[rate].record(),
            "lr": rate,
            "valid_by_lr": {str(rate): value for rate, value in valid.items()},
            "others": _others(runs[rate], tests),
        }

    def _fit(self, dataset: MultimodalDataset, seed: int, rate: float) -> Run:
        recipe = asdict(self.recipe) | {"lr": rate}
        config = model_config(self.system, dataset)
        return fit(config, dataset, seeds=(seed,), device="cpu", progress=False, **recipe)[0]

    def _tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """The set with other test splits: noisy, and without one of several modalities."""
        noisy = {name: features.corrupted(dataset, features.Corruption.parse(name)) for name in self.noises}
        names = list(dataset.modalities)
        return noisy | {f"without {m}": _without(dataset, m) for m in names if len(names) > 1}

    def _origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        model = describe(model_config(self.system, dataset))
        settings = {"preset": self.system, "model": model, "request": self.to_dict(), "lr": _CHOICE}
        return origin(settings, dataset, self.variant)


def newest(
    experiment: str, rows: Sequence[Any], root: Path | None = None
) -> list[tuple[Any, dict[str, Any]]]:
    """Return the rows that have a result, each with its newest.

    Args:
        experiment: the name under which the results are kept.
        rows: of the experiment's `requests`: `Row`, or another with its `to_dict`.
        root: the folder of all results, see `store`.
    """
    known = load_results(experiment, root)
    pairs = ((row, next((r for r in known if _answers(r, row)), None)) for row in rows)
    return [(row, result) for row, result in pairs if result is not None]


def by_seed(result: dict[str, Any], metric: str, test: str | None = None) -> list[float]:
    """Return a metric of each seed on the test split, or on another of the result's test splits.

    Args:
        result: of a row.
        metric: its name.
        test: a name in the runs' `others`; None: the test split as it is.
    """
    splits = (run["test"] if test is None else run["others"][test] for run in result["runs"])
    return [split[metric] for split in splits]


def lines(results: Mapping[str, dict[str, Any]], metrics: Sequence[str]) -> list[list[str]]:
    """Return a table's body: the baselines of the first result, then each with mean ± sd over seeds.

    Args:
        results: {what the first column says: a result on the same rows}.
        metrics: a column each.
    """
    first = next(iter(results.values()))
    plain = [[name, *(number(scores[m]) for m in metrics)] for name, scores in first["baselines"].items()]
    return [*plain, *([n, *(str(summarize(by_seed(r, m))) for m in metrics)] for n, r in results.items())]


def _answers(result: dict[str, Any], row: Any) -> bool:
    """Tell whether a result is one of a row, without the row's data."""
    return result["config"]["request"] == row.to_dict()


def _criterion(run: Run) -> float:
    """What selection minimised, at the selected epoch."""
    return run.history[run.best_epoch - 1]["valid_criterion"]


def _fewer(dataset: MultimodalDataset, size: int) -> MultimodalDataset:
    """Keep `size` training rows, and all others."""
    train = np.flatnonzero(dataset.split == "train")
    dropped = np.random.default_rng(0).permutation(train)[size:]
    return dataset.subset(mask=~np.isin(np.arange(len(dataset)), dropped))


def _without(dataset: MultimodalDataset, modality: str) -> MultimodalDataset:
    """Withhold a modality from the test rows, where they have another."""
    others = [mask for name, mask in dataset.available.items() if name != modality]
    withheld = (dataset.split == "test") & np.any(others, axis=0)
    return corruption.with_available(dataset, {modality: ~withheld})


def _others(run: Run, tests: Mapping[str, MultimodalDataset]) -> dict[str, dict[str, float]]:
    return {
        name: scores(predict(run.model, dataset), dataset.subset(split="test").target)
        for name, dataset in tests.items()
    }
