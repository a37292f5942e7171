"""A result as tables for the terminal."""

import math
from collections.abc import Mapping
from typing import Any

from rich import box
from rich.table import Table

from euar.intervals import Interval, t_interval
from euar.training.runs import Summary, summarize

LABELS = {"mae": "MAE", "corr": "r", "accuracy": "accuracy"}
PROBED = ("mae", "corr", "acc2", "acc7", "accuracy", "f1_weighted")
_LINEAR = ("ridge", "logistic")


def summary(result: dict[str, Any], split: str = "test") -> dict[str, Summary]:
    """Return {metric: (mean, sd, n)} over a result's runs."""
    return {metric: summarize(_values(result, metric, split)) for metric in result["runs"][0][split]}


def paired_difference(result: dict[str, Any], metric: str, baseline: str) -> Interval:
    """Return EUAR minus a baseline on the same test rows: the mean over seeds and its 95 % interval.

    All NaN where the metric is undefined for one of them, such as r of a constant prediction.

    Args:
        result: as `train` returns it.
        metric: a metric of both.
        baseline: a name in the result's `baselines`.
    """
    reference = _nan_for_null(result["baselines"][baseline][metric])
    differences = [value - reference for value in _values(result, metric, "test")]
    if not all(map(math.isfinite, differences)):
        return Interval(math.nan, math.nan, math.nan, len(differences))
    return t_interval(differences)


def metrics_table(result: dict[str, Any], recorded: Mapping[str, dict[str, Any]] | None = None) -> Table:
    """Return a row per test metric: EUAR's mean ± standard deviation over seeds, and the baselines.

    Args:
        result: as `train` returns it.
        recorded: {preset: earlier result} on the same data, shown in columns beside it.
    """
    beside = {f"{preset},\nrecorded": summary(earlier) for preset, earlier in (recorded or {}).items()}
    names = sorted(result["baselines"], key=lambda name: name not in _LINEAR)
    title = f"Test split of {result['data']['name']}, mean ± sd of {len(result['runs'])} seeds"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))  # narrow: 80 columns hold it
    for header in ("metric", f"EUAR,\n{result['config']['preset']}", *names, *beside):
        table.add_column(header, justify="left" if header == "metric" else "right", no_wrap=True)
    for metric, value in summary(result).items():
        others = (number(result["baselines"][name][metric]) for name in names)
        earlier = (str(known[metric]) for known in beside.values())
        table.add_row(LABELS.get(metric, metric), str(value), *others, *earlier)
    return table


def difference_table(result: dict[str, Any]) -> Table:
    """Return EUAR minus the linear baseline, seed by seed, for the headline metrics."""
    baseline = next(name for name in _LINEAR if name in result["baselines"])
    table = Table(title=f"EUAR - {baseline}, paired by seed", box=box.SIMPLE_HEAD)
    for header in ("metric", "mean difference", "95 % interval"):
        table.add_column(header, justify="left" if header == "metric" else "right")
    for metric in (metric for metric in LABELS if metric in result["runs"][0]["test"]):
        mean, low, high, n = paired_difference(result, metric, baseline)
        interval = "needs two seeds" if n == 1 else f"[{low:+.3f}, {high:+.3f}]"
        row = ("undefined", "-") if math.isnan(mean) else (f"{mean:+.3f}", interval)
        table.add_row(LABELS[metric], *row)
    return table


def probe_table(result: dict[str, Any]) -> Table:
    """Return a row for each modality alone, for all together, and for the baselines: linear test metrics.

    Args:
        result: as `Probe.measure` returns it.
    """
    data, corruption = result["data"], result["config"]["model"]["corruption"]
    title = " ".join(filter(None, (data["name"], data["variant"], corruption)))
    rows = {name: splits["test"] for name, splits in result["probes"].items()}
    rows |= {"all" if name in _LINEAR else name: metrics for name, metrics in result["baselines"].items()}
    metrics = [m for m in PROBED if m in next(iter(rows.values()))]
    table = Table(title=f"Linear models on the test split of {title}", box=box.SIMPLE_HEAD)
    for header in ("features", *metrics):
        table.add_column(header, justify="left" if header == "features" else "right")
    for name, values in rows.items():
        table.add_row(name, *(number(values[metric]) for metric in metrics))
    return table


def _values(result: dict[str, Any], metric: str, split: str) -> list[float]:
    return [_nan_for_null(run[split][metric]) for run in result["runs"]]


def _nan_for_null(value: float | None) -> float:
    return math.nan if value is None else value


def number(value: float | None) -> str:
    """Return a value with three decimals; a dash for one that is undefined."""
    return "-" if value is None or math.isnan(value) else f"{value:.3f}"
