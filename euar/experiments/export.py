"""Results as lines for other programs: a line for each metric of each row, as CSV, JSON or a LaTeX table."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from euar.experiments.comparison import LABELS, data_of, label, number, summary
from euar.experiments.store import is_current
from euar.files import to_json
from euar.training.runs import Summary, summarize

Line = dict[str, Any]


def lines(results: Iterable[tuple[str, Mapping[str, Any]]], metric: str | None = None) -> list[Line]:
    """Return a line for each test metric of each result, its probes and its baselines.

    Args:
        results: (words that tell it from the others, result) of each.
        metric: that one alone; None for all.

    Raises:
        ValueError: no result has the metric.
    """
    every = [line for words, result in results for line in _of_one(words, result)]
    found = [line for line in every if metric in (None, line["metric"])]
    if every and not found:
        known = dict.fromkeys(line["metric"] for line in every)
        raise ValueError(f"metric: expected one of {', '.join(known)}, found {metric!r}")
    return found


def to_csv(found: Sequence[Line]) -> str:
    """Return lines as CSV with a header; a value that is undefined is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows([{name: _plain(value) for name, value in line.items()} for line in found])
    return text.getvalue()


def as_json(found: Sequence[Line]) -> str:
    """Return lines as a JSON list; a value that is undefined is null."""
    return to_json(list(found))


def to_latex(found: Sequence[Line]) -> str:
    """Return a `tabular` for the package booktabs: a row for each result and baseline, a column a metric."""
    metrics = list(dict.fromkeys(line["metric"] for line in found))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for line in found:
        place = (line["result"], line["row"])
        rows.setdefault(place, {})[line["metric"]] = _cell(Summary(line["mean"], line["sd"], line["n"]))
    body = [
        " & ".join((_escaped(result), _escaped(row), *(cells.get(metric, "-") for metric in metrics)))
        for (result, row), cells in rows.items()
    ]
    head = " & ".join(("result", "", *(_escaped(LABELS.get(metric, metric)) for metric in metrics)))
    start = f"\\begin{{tabular}}{{ll{'r' * len(metrics)}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
    return start + "".join(f"{line} \\\\\n" for line in body) + "\\bottomrule\n\\end{tabular}\n"


def _of_one(words: str, result: Mapping[str, Any]) -> list[Line]:
    origin = {
        "experiment": result["experiment"],
        "key": result["key"],
        "result": words,
        "data": data_of(dict(result)),
        "started": result["started"],
        "current_code": is_current(dict(result)),
    }
    return [
        {**origin, "row": row, "metric": metric, "mean": value.mean, "sd": value.sd, "n": value.n}
        for row, metrics in _rows(dict(result)).items()
        for metric, value in metrics.items()
    ]


def _rows(result: dict[str, Any]) -> dict[str, dict[str, Summary]]:
    """{row: {metric: summary}}: what was trained, or each probe; then the baselines."""
    trained = {label(result): summary(result)} if "runs" in result else {}
    single = {name: splits["test"] for name, splits in result.get("probes", {}).items()} | result["baselines"]
    return trained | {name: {m: _single(v) for m, v in metrics.items()} for name, metrics in single.items()}


def _single(value: float | None) -> Summary:
    return summarize([float("nan") if value is None else value])


def _cell(value: Summary) -> str:
    mean = number(value.mean)
    return mean if value.sd != value.sd else f"${mean} \\pm {number(value.sd)}$"


def _plain(value: Any) -> Any:
    return "" if value != value else value


def _escaped(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
