"""Results side by side: scores by seed, differences paired by seed, and their intervals."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.experiments.store import age
from euar.intervals import Interval, t_interval
from euar.systems.registry import SYSTEMS
from euar.training.runs import Summary, summarize

#: What tables call a metric, where its name is not enough.
LABELS = {"mae": "MAE", "rmse": "RMSE", "corr": "r", "r2": "R²", "accuracy": "accuracy"}


class Comparison(Mapping[str, dict[str, Any]]):
    """Some results on the same data, by name; their linear baselines and constants count as rows, too.

    Args:
        results: {name: result}, such as `{row.system: result for row, result in store.newest(...)}`. The
            baselines are those of the first.

    Raises:
        ValueError: results on different data.
    """

    def __init__(self, results: Mapping[str, dict[str, Any]]):
        self.results = dict(results)
        hashes = {name: result["data"]["sha256"] for name, result in self.results.items()}
        if len(set(hashes.values())) > 1:
            raise ValueError(f"results: expected the same data in all, found {hashes}")

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def first(self) -> dict[str, Any]:
        """The first result, whose data and baselines stand for all."""
        return next(iter(self.results.values()))

    @property
    def baselines(self) -> dict[str, dict[str, float]]:
        """{name: test metrics} of the linear model and the constant."""
        baselines: dict[str, dict[str, float]] = self.first["baselines"]
        return baselines

    @property
    def age(self) -> str:
        """When the results were measured, and whether with older code."""
        return age(self.results.values())

    def scores(self, name: str, metric: str, test: str | None = None) -> NDArray[Any]:
        """Return a metric of each seed, (S,); of a baseline, which has no seeds, (1,).

        Args:
            name: of a result or a baseline.
            metric: of the test split.
            test: another test split of the result's, by its name; None is the split as it is.

        Raises:
            ValueError: no such result, or a baseline on another test split.
        """
        if name in self.results:
            return by_seed(self.results[name], metric, test)
        if name not in self.baselines or test is not None:
            known = (*self.results, *(self.baselines if test is None else ()))
            raise ValueError(f"name: expected one of {', '.join(known)}, found {name!r}, test {test!r}")
        return np.array([self.baselines[name][metric]], dtype=np.float64)

    def differences(self, a: str, b: str, metric: str, test: str | None = None) -> NDArray[Any]:
        """Return a minus b, paired by seed, (S,): see `differences`; a baseline is the same for all seeds."""
        if a in self.results and b in self.results:
            return differences(self[a], self[b], metric, test)
        found: NDArray[Any] = self.scores(a, metric, test) - self.scores(b, metric, test)
        return found

    def minus(self, a: str, b: str, metric: str, test: str | None = None) -> Interval:
        """Return a minus b: the mean over seeds and its 95 % interval, see `t_interval`."""
        return t_interval(self.differences(a, b, metric, test))

    def interval(self, name: str, metric: str, test: str | None = None) -> Interval:
        """Return the mean over seeds of a metric and its 95 % interval."""
        return t_interval(self.scores(name, metric, test))

    def lines(self, metrics: Sequence[str]) -> list[list[str]]:
        """Return a table's body: the baselines, then each result with mean ± sd over seeds."""
        plain = [[name, *(number(scores[m]) for m in metrics)] for name, scores in self.baselines.items()]
        return plain + [
            [self.label(name), *(str(summarize(self.scores(name, m))) for m in metrics)] for name in self
        ]

    def label(self, name: str) -> str:
        """Return what tables and pictures call a row: see `label`; a name that was given here stays."""
        named = name in self.results and self[name]["config"]["name"] == name
        return label(self[name]) if named else name


def label(result: Mapping[str, Any]) -> str:
    """Return what was measured, as tables call it: the label of a system, or the name of a setting."""
    name: str
    name, *changes = result["config"]["name"].split("; ")
    if "system" in result["config"]["request"]:
        name = called(name)
    return "; ".join((name, *changes))


def called(system: str) -> str:
    """Return the label of a registered system, the attribute of one that was named module:attribute.

    Example:
        >>> called("paper"), called("mine.models:Gated"), called("ridge")
        ('EUAR, paper', 'Gated', 'ridge')
    """
    return SYSTEMS[system].label if system in SYSTEMS else system.rpartition(":")[2]


def data_of(result: Mapping[str, Any]) -> str:
    """Return on which data, in words: name, variant, modalities with features, training rows."""
    data = result["data"]
    name = f"{data['name']} ({data['variant']})" if data["variant"] else data["name"]
    features = " + ".join(data["features"]) or "raw content alone"
    return f"{name}, {features}, {data['n']['train']:,} training rows"


def summary(result: Mapping[str, Any], split: str = "test") -> dict[str, Summary]:
    """Return {metric: (mean, sd, n)} over a result's runs."""
    runs = result["runs"]
    values = {
        m: [math.nan if run[split][m] is None else run[split][m] for run in runs] for m in runs[0][split]
    }
    return {metric: summarize(found) for metric, found in values.items()}


def differences(
    a: Mapping[str, Any], b: Mapping[str, Any], metric: str, test: str | None = None
) -> NDArray[Any]:
    """Return one result minus another, paired by seed, (S,): the seeds that both have.

    Args:
        a: that has `runs`.
        b: of the same kind.
        metric: see `by_seed`.
        test: see `by_seed`.
    """
    both = [dict(zip(_seeds(each), by_seed(each, metric, test), strict=True)) for each in (a, b)]
    shared = [seed for seed in both[0] if seed in both[1]]
    return np.array([both[0][seed] - both[1][seed] for seed in shared])


def by_seed(result: Mapping[str, Any], metric: str, test: str | None = None) -> NDArray[Any]:
    """Return a metric of each seed of a result, (S,); NaN where it is undefined.

    Args:
        result: that has `runs`.
        metric: its name.
        test: a name in the runs' `others`; None is the test split as it is.
    """
    splits = (run["test"] if test is None else run["others"][test] for run in result["runs"])
    return np.array([split[metric] for split in splits], dtype=np.float64)


def number(value: float | None) -> str:
    """Return a value with three decimals; a dash for one that is undefined."""
    return "-" if value is None or np.isnan(value) else f"{value:.3f}"


def _seeds(result: Mapping[str, Any]) -> list[int]:
    return [run["seed"] for run in result["runs"]]
