"""A panel's rows as they were measured: each with its score, and our row minus each of the others."""

from collections.abc import Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset
from euar.experiments.comparison import by_seed, differences
from euar.experiments.measurement import Predicted
from euar.experiments.statistics import BootstrapInterval, bootstrap_of_means, detectable, paired_t
from euar.experiments.tables.found import Found
from euar.experiments.tables.panels import TEST, Panel
from euar.experiments.tables.rowwise import ROWWISE, values_of
from euar.intervals import Interval, t_interval


class Effect(NamedTuple):
    """Our row minus another in a metric.

    Attributes:
        interval: mean and 95 % interval.
        p: two-sided, of no difference.
        detectable: the true difference that would have been found in four of five tries.
        over: what the interval covers: `"seeds and rows"`, or `"seeds"` where no predictions were kept.
        se: standard error of the mean; 0 where it has none.
        df: its degrees of freedom.
    """

    interval: Interval
    p: float
    detectable: float
    over: str
    se: float = 0.0
    df: float = 0.0


class Compared(NamedTuple):
    """A metric of a panel.

    Attributes:
        panel: which.
        metric: its name.
        scores: {row: a value for each seed (S,)}, of what was measured; baselines, which have no seeds, (1,).
        effects: {row: ours minus it}; empty where ours was not measured.
    """

    panel: Panel
    metric: str
    scores: dict[str, NDArray[Any]]
    effects: dict[str, Effect]


def compared(panel: Panel, found: Mapping[Any, Found], dataset: MultimodalDataset | None) -> list[Compared]:
    """Return each metric of a panel.

    Args:
        panel: which.
        found: {measurement: what is known}, see `search`.
        dataset: the panel's data; None where they are not here, then intervals are over seeds alone.
    """
    there = {
        name: found[one] for name, one in panel.rows.items() if found[one].there and _has(found[one], panel)
    }
    return [_metric(panel, metric, there, dataset) for metric in panel.metrics]


def _has(found: Found, panel: Panel) -> bool:
    assert found.result is not None
    others = found.result["runs"][0].get("others", {})
    return all(test == TEST or test in others for test in panel.tests)


def _metric(
    panel: Panel, metric: str, there: Mapping[str, Found], dataset: MultimodalDataset | None
) -> Compared:
    scores = {name: _scores(cell.result, metric, panel.tests) for name, cell in there.items()}
    ours = there.get(panel.ours)
    effects = {
        name: _effect(ours, cell, metric, panel.tests, dataset)
        for name, cell in there.items()
        if ours is not None and name != panel.ours
    }
    return Compared(panel, metric, _baselines(there, metric, panel.tests) | scores, effects)


def _scores(result: Any, metric: str, tests: tuple[str, ...]) -> NDArray[Any]:
    each = [by_seed(result, metric, None if test == TEST else test) for test in tests]
    mean: NDArray[Any] = np.mean(each, axis=0)
    return mean


def _baselines(there: Mapping[str, Found], metric: str, tests: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """Of the first result that knows its baselines on these test splits: the mean over them."""
    for cell in there.values():
        assert cell.result is not None
        known = {TEST: cell.result["baselines"], **cell.result.get("baselines_by_test", {})}
        if all(test in known for test in tests):
            names = known[tests[0]]
            values = {name: [known[test][name][metric] for test in tests] for name in names}
            return {n: np.array([np.mean(np.array(v, dtype=float))]) for n, v in values.items()}
    return {}


def _effect(
    ours: Found, theirs: Found, metric: str, tests: tuple[str, ...], dataset: MultimodalDataset | None
) -> Effect:
    if dataset is not None and all(test in side.predictions for side in (ours, theirs) for test in tests):
        return _of_bootstrap(_over_both(ours, theirs, metric, tests, dataset))
    assert ours.result is not None and theirs.result is not None
    each = [differences(ours.result, theirs.result, metric, None if t == TEST else t) for t in tests]
    values = np.mean(each, axis=0)
    n = len(values)
    if n < 2:
        return Effect(t_interval(values), float("nan"), float("nan"), "seeds")
    se = float(values.std(ddof=1) / np.sqrt(n))
    p = paired_t(values, np.zeros_like(values)).p
    return Effect(t_interval(values), p, detectable(values), "seeds", se, n - 1)


def _of_bootstrap(found: BootstrapInterval) -> Effect:
    df = found.df if found.se else 0.0
    return Effect(found.effect, found.p, found.detectable, "seeds and rows", found.se, df)


def _over_both(
    ours: Found, theirs: Found, metric: str, tests: tuple[str, ...], dataset: MultimodalDataset
) -> BootstrapInterval:
    """Several test splits are draws of noise on the same rows: their means count."""
    test, rule = dataset.subset(split=TEST), ROWWISE[metric]
    seeds = [_seeds(side) for side in (ours, theirs)]
    shared = [seed for seed in seeds[0] if seed in seeds[1]]

    def of_rows(side: Found, known: list[int], name: str) -> NDArray[Any]:
        said = values_of(_only(side.predictions[name], [known.index(seed) for seed in shared]), test.ids)
        return rule.of_rows(said, test.target)

    sides = [
        [of_rows(side, known, name) for name in tests]
        for side, known in zip((ours, theirs), seeds, strict=True)
    ]
    width = sides[0][0].shape[-1]

    def score(means: NDArray[Any]) -> NDArray[Any]:
        parts = [rule.of_means(means[..., i * width : (i + 1) * width]) for i in range(len(tests))]
        mean: NDArray[Any] = reduce(np.add, parts) / len(parts)
        return mean

    first, second = (np.concatenate(side, axis=-1) for side in sides)
    return bootstrap_of_means(score, first, second, groups=test.groups)


def _seeds(cell: Found) -> list[int]:
    assert cell.result is not None
    return [run["seed"] for run in cell.result["runs"]]


def _only(said: Predicted, places: list[int]) -> Predicted:
    return said._replace(values=said.values[places])
