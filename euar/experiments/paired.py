"""One result minus another on the same rows, as a result of its own.

An interval over rows needs their labels, which are not for everybody to have; the interval itself is.
"""

from dataclasses import dataclass
from typing import Any

from euar.data import MultimodalDataset
from euar.experiments import store
from euar.experiments.linear import baselines
from euar.experiments.measurement import Measurement, Observation
from euar.experiments.statistics import BootstrapInterval
from euar.experiments.tables.compared import Effect, compared
from euar.experiments.tables.found import Found
from euar.experiments.tables.panels import Panel
from euar.intervals import Interval

_METRICS = {"classification": ("accuracy", "f1_weighted"), "regression": ("mae", "acc2", "acc7", "f1")}


@dataclass(frozen=True, kw_only=True)
class Paired(Measurement):
    """Two measured systems, paired by seed and row, as data; see `minus`.

    The result has `effects` {test split: {metric: the fields of an `Effect`}}, of the test splits that both
    have.

    Attributes:
        experiment: where both results are kept, in the checkout's `results`.
        ours: measured on this data.
        theirs: measured on the same.
    """

    experiment: str
    ours: Measurement
    theirs: Measurement

    @property
    def name(self) -> str:
        """Which minus which."""
        return f"{self.ours.name} minus {self.theirs.name}"

    def dataset(self) -> MultimodalDataset:
        """Return the data of both."""
        return self.ours.dataset()

    def request(self) -> dict[str, Any]:
        """Return the fields, those of the two as they ask themselves."""
        both = {"ours": self.ours.request(), "theirs": self.theirs.request()}
        return {"data": self.data, "variant": self.variant, "experiment": self.experiment, **both}

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return how they are compared, and the keys of both results."""
        keys = {"ours": self.ours.key(dataset), "theirs": self.theirs.key(dataset)}
        return {"model": {"type": f"{BootstrapInterval.__module__}.{BootstrapInterval.__qualname__}", **keys}}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Compare.

        Raises:
            FileNotFoundError: one of the two is not measured, or only on other data or with other code.
        """
        found = {one: self._found(one, dataset) for one in (self.ours, self.theirs)}
        ours, theirs = (set(each.predictions) for each in found.values())
        effects = {test: self._effects(found, dataset, test) for test in sorted(ours & theirs)}
        return Observation({"effects": effects, "baselines": baselines(dataset)}, {})

    def _found(self, one: Measurement, dataset: MultimodalDataset) -> Found:
        key = one.key(dataset)
        path = store.result_path(self.experiment, key)
        if not path.exists():
            raise FileNotFoundError(
                f"{self.name}: expected a result of {one.name} in {path}, found none; "
                f"measure it first: euar experiment {self.experiment} --only {one.name!r}"
            )
        result = store.read_result(path)
        return Found(result, store.load_predictions(result))

    def _effects(
        self, found: dict[Measurement, Found], dataset: MultimodalDataset, test: str
    ) -> dict[str, dict[str, Any]]:
        rows = {"ours": self.ours, "theirs": self.theirs}
        metrics = dict.fromkeys(_METRICS[dataset.task])
        panel = Panel(title=self.name, rows=rows, metrics=metrics, tests=(test,), ours="ours")
        return {one.metric: plain(one.effects["theirs"]) for one in compared(panel, found, dataset)}


def minus(ours: Measurement, theirs: Measurement, experiment: str) -> Paired:
    """Return what measures ours minus theirs, each the higher the better but for the MAE.

    Args:
        ours: measured in an experiment.
        theirs: measured in the same, on the same data.
        experiment: its name.
    """
    return Paired(data=ours.data, variant=ours.variant, experiment=experiment, ours=ours, theirs=theirs)


def plain(effect: Effect) -> dict[str, Any]:
    """Return an effect as JSON has it.

    Example:
        >>> from euar.intervals import t_interval
        >>> plain(Effect(t_interval([0.0, 0.0]), 1.0, 0.0, "seeds"))["interval"]
        {'mean': 0.0, 'low': 0.0, 'high': 0.0, 'n': 2}
    """
    return effect._asdict() | {"interval": effect.interval._asdict()}


def effect(fields: dict[str, Any]) -> Effect:
    """The inverse of `plain`."""
    return Effect(**fields | {"interval": Interval(**fields["interval"])})
