"""A result as tables for the terminal."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.table import Table

from euar.experiments.compare import Difference
from euar.experiments.comparison import LABELS, by_seed, data_of, label, number, summary
from euar.intervals import Interval, t_interval

PROBED = ("mae", "corr", "acc2", "acc7", "accuracy", "f1_weighted")
_LINEAR = ("ridge", "logistic")
_ABREAST = 4  # columns of mean ± sd that 80 characters hold
_BESIDE = 3  # with the two baselines


def paired_difference(result: dict[str, Any], metric: str, baseline: str) -> Interval:
    """Return a result minus a baseline on the same test rows: the mean over seeds and its 95 % interval.

    All NaN where the metric is undefined for one of them, such as r of a constant prediction.

    Args:
        result: that has `runs`.
        metric: a metric of both.
        baseline: a name in the result's `baselines`.
    """
    reference = result["baselines"][baseline][metric]
    differences = by_seed(result, metric) - (math.nan if reference is None else reference)
    if not all(map(math.isfinite, differences)):
        return Interval(math.nan, math.nan, math.nan, len(differences))
    return t_interval(differences)


def metrics_table(*results: dict[str, Any], heading: str = "") -> Table:
    """Return a row per test metric: mean ± standard deviation over seeds, and the baselines.

    Args:
        *results: on the same data, with as many seeds; a column each.
        heading: what tells this table from others, above its title.
    """
    first = results[0]
    names = sorted(first["baselines"], key=lambda name: name not in _LINEAR)
    title = f"{data_of(first)}: test split, mean ± sd of {len(first['runs'])} seeds"
    table = _table(f"{heading}\n{title}".strip(), "metric", *map(label, results), *names)
    for metric, value in summary(first).items():
        own = (value, *(summary(other)[metric] for other in results[1:]))
        others = (number(first["baselines"][name][metric]) for name in names)
        table.add_row(LABELS.get(metric, metric), *map(str, own), *others)
    return table


def metrics_tables(results: Sequence[dict[str, Any]]) -> list[Table]:
    """Return results on the same data beside each other and beside the baselines, a few a table."""
    return [metrics_table(*results[start : start + _BESIDE]) for start in range(0, len(results), _BESIDE)]


def recorded_tables(results: Iterable[dict[str, Any]]) -> list[Table]:
    """Return earlier results on the same data side by side, a few a table."""
    results = list(results)
    groups = [results[start : start + _ABREAST] for start in range(0, len(results), _ABREAST)]
    return [_recorded(group) for group in groups]


def difference_table(result: dict[str, Any]) -> Table:
    """Return a result minus its linear baseline, seed by seed, for the headline metrics."""
    baseline = next(name for name in _LINEAR if name in result["baselines"])
    title = f"{label(result)} - {baseline}, paired by seed"
    table = _table(title, "metric", "mean difference", "95 % interval")
    for metric in (metric for metric in LABELS if metric in result["runs"][0]["test"]):
        mean, low, high, n = paired_difference(result, metric, baseline)
        interval = "needs two seeds" if n == 1 else f"[{low:+.3f}, {high:+.3f}]"
        row = ("undefined", "-") if math.isnan(mean) else (f"{mean:+.3f}", interval)
        table.add_row(LABELS[metric], *row)
    return table


def probe_table(result: dict[str, Any], heading: str = "") -> Table:
    """Return a row for each modality alone, for all together, and for the baselines: linear test metrics.

    Args:
        result: as `Probe.measure` returns it.
        heading: what tells this table from others, above its title.
    """
    rows = {name: splits["test"] for name, splits in result["probes"].items()}
    rows |= {"all" if name in _LINEAR else name: metrics for name, metrics in result["baselines"].items()}
    metrics = [m for m in PROBED if m in next(iter(rows.values()))]
    title = f"Linear models on the test split of {label(result)}"
    table = _table(f"{heading}\n{title}".strip(), "features", *metrics)
    for name, values in rows.items():
        table.add_row(name, *(number(values[metric]) for metric in metrics))
    return table


def compared_table(results: Sequence[dict[str, Any]], found: Iterable[Difference]) -> Table:
    """Return a row for each metric of two results, and for the headline metric one over rows, too.

    Args:
        results: two.
        found: the first minus the second, as `differences` returns it.
    """
    first, second = (summary(result) for result in results)
    table = _table(f"{data_of(results[0])}: test split", "metric", "A", "B", "A - B, 95 %", "80 %")
    for one in found:
        cells = str(first[one.metric]), str(second[one.metric])
        over = _difference_cells(one.over_seeds, one.detectable_over_seeds)
        table.add_row(LABELS.get(one.metric, one.metric), *cells, *over)
        if one.over_both is not None:
            table.add_row(
                "  with rows", "", "", *_difference_cells(one.over_both.effect, one.over_both.detectable)
            )
    return table


def _recorded(results: list[dict[str, Any]]) -> Table:
    summaries = [summary(result) for result in results]
    table = _table("Recorded on the same rows and modalities", "metric", *map(label, results))
    for metric in summaries[0]:
        table.add_row(LABELS.get(metric, metric), *(str(known[metric]) for known in summaries))
    return table


def _difference_cells(effect: Interval, detectable: float) -> tuple[str, str]:
    return effect.signed(), number(detectable)


def _table(title: str, first: str, *others: str) -> Table:
    """A table whose first column is words and whose others are numbers, which are never cut."""
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))  # narrow: 80 columns hold it
    table.add_column(first, no_wrap=True)
    for header in others:
        table.add_column(header.replace("; ", "\n"), justify="right", no_wrap=True)
    return table
