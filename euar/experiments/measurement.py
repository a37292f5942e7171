"""What every experiment is made of: a `Measurement` says what to measure; the rest follows from it.

    dataset -> settings -> observe        what a subclass says
    key, record, predictions              what this module makes of it

A measurement is a frozen dataclass: its fields, the data and the code that decides the numbers are the key of
its result, so a change of any of them asks for a new result.
"""

import json
import shlex
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset, load
from euar.experiments.linear import baselines
from euar.training import Recipe, Run, fit, predict
from euar.training.batches import SPLITS, Source
from euar.training.device import resolve
from euar.training.provenance import code, describe, environment, key, model_types


class Predicted(NamedTuple):
    """What the runs of a result say about the rows of one test split.

    Attributes:
        ids: (n,) str, which rows.
        values: (S, n) ratings or (S, n, C) logits, float32, one line a run.
    """

    ids: NDArray[Any]
    values: NDArray[Any]


class Observation(NamedTuple):
    """What was measured.

    Attributes:
        fields: of the result, as plain values: `runs`, `baselines` and what else a measurement finds.
        predictions: {test split: what the runs say}; `"test"` is the split as it is.
    """

    fields: dict[str, Any]
    predictions: dict[str, Predicted]


class Result(NamedTuple):
    """A measured result, ready for `store.save_result`.

    Attributes:
        record: the result as `result.schema.json` describes it.
        predictions: as in `Observation`.
    """

    record: dict[str, Any]
    predictions: dict[str, Predicted]


@dataclass(frozen=True, kw_only=True)
class Measurement(ABC):
    """One result to measure, as data.

    Attributes:
        data: a name or path for `euar.data.load`.
        variant: the data set's variant.
    """

    data: str
    variant: str | None = None

    @property
    @abstractmethod
    def name(self) -> str:
        """What tells this from its neighbours in a table: a system, a setting."""

    @abstractmethod
    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Measure."""

    def dataset(self) -> MultimodalDataset:
        """Return the data, in raw units."""
        return load(self.data, variant=self.variant)

    @abstractmethod
    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return what is asked for beyond the fields; `"model"` describes what is trained, if anything is."""

    def request(self) -> dict[str, Any]:
        """Return all fields as plain values, as they come out of JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    def key(self, dataset: MultimodalDataset | None = None) -> str:
        """Return the key of the result, without measuring.

        Args:
            dataset: what `dataset` returns, where it is loaded already.
        """
        return str(self.origin(dataset or self.dataset())["key"])

    def measure(self, experiment: str, dataset: MultimodalDataset | None = None) -> Result:
        """Measure, and return the result of an experiment.

        Args:
            experiment: its name.
            dataset: see `key`.
        """
        dataset, start = dataset or self.dataset(), time.time()
        return self.result(experiment, dataset, start, self.observe(dataset))

    def result(
        self, experiment: str, dataset: MultimodalDataset, start: float, observed: Observation
    ) -> Result:
        """Return a result: where it comes from, and what was observed.

        Args:
            experiment: its name.
            dataset: the data, as `dataset` returns them.
            start: when the measurement began, as `time.time()` has it.
            observed: what it found.
        """
        record = {
            "schema": 2,
            "experiment": experiment,
            **self.origin(dataset),
            "command": shlex.join(["euar", *sys.argv[1:]]),
            "started": datetime.fromtimestamp(start, UTC).isoformat(timespec="seconds"),
            **observed.fields,
            "seconds": time.time() - start,
        }
        return Result(record, observed.predictions)

    def origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return the fields of a result that its observation does not decide."""
        kind = f"{type(self).__module__}.{type(self).__qualname__}"
        config = {
            "name": self.name,
            "measurement": kind,
            "request": self.request(),
            **self.settings(dataset),
        }
        program = code(types_of(config))
        return {
            "config": config,
            "key": key(config, dataset.sha256, program["sha256"]),
            "data": {
                "name": dataset.name,
                "variant": self.variant,
                "sha256": dataset.sha256,
                "n": {split: int(np.sum(dataset.split == split)) for split in SPLITS},
                "features": dataset.in_features,
            },
            "code": program,
            "environment": environment(resolve(getattr(self, "device", "cpu"))),
        }


@dataclass(frozen=True, kw_only=True)
class Fitted(Measurement):
    """A measurement that trains one configuration; by default it keeps what `fit` finds.

    Attributes:
        seeds: one run each.
        recipe: how to train.
    """

    seeds: tuple[int, ...] = (0,)
    recipe: Recipe = field(default_factory=Recipe)

    @abstractmethod
    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the configuration of the model for a data set."""

    def request(self) -> dict[str, Any]:
        """Return all fields as plain values, those of the recipe as `Recipe.to_dict` has them."""
        return super().request() | {"recipe": self.recipe.to_dict()}

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return the model's configuration."""
        return {"model": describe(self.config(dataset))}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train every seed on the CPU."""
        return self.trained(dataset, device="cpu", progress=False)

    def trained(self, dataset: MultimodalDataset, **how: Any) -> Observation:
        """Train every seed.

        Args:
            dataset: in raw units.
            **how: the arguments of `fit` that are no settings of a recipe.
        """
        runs = fit(self.config(dataset), dataset, seeds=self.seeds, **asdict(self.recipe), **how)
        return observed(dataset, runs, [run.record() for run in runs])


def observed(
    dataset: MultimodalDataset, runs: Sequence[Run], records: Sequence[dict[str, Any]]
) -> Observation:
    """Return the records of some runs beside the linear baselines, and the runs' predictions by id.

    Args:
        dataset: in raw units, what the runs were trained on.
        runs: one a seed.
        records: what to keep of each.
    """
    said = Predicted(ids_of(dataset), np.stack([run.predictions["test"] for run in runs]).astype(np.float32))
    return Observation({"runs": list(records), "baselines": baselines(dataset)}, {"test": said})


def predicted(runs: Sequence[Run], test: MultimodalDataset | Source, dataset: MultimodalDataset) -> Predicted:
    """Return what some runs say about a test split.

    Args:
        runs: one a seed.
        test: where the rows lie, as `euar.training.predict` takes them.
        dataset: whose test rows they are.
    """
    return Predicted(ids_of(dataset), np.stack([predict(run.model, test) for run in runs]))


def ids_of(dataset: MultimodalDataset) -> NDArray[Any]:
    """Return the ids of the test rows, (n,) str."""
    ids: NDArray[Any] = dataset.ids[dataset.split == "test"]
    return ids


def types_of(config: Mapping[str, Any]) -> list[str]:
    """Return the dotted names whose code decides a result: what measured it, and what was trained.

    Args:
        config: of a result.
    """
    model = config.get("model", {})
    return [config["measurement"], *(model_types(model) if "type" in model else ())]
