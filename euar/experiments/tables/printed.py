"""A measured table for the terminal and for other programs."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from rich import box
from rich.table import Table as Shown

from euar.experiments.comparison import LABELS, called
from euar.experiments.store import age, is_current
from euar.experiments.tables.compared import Compared, Effect
from euar.experiments.tables.found import Found
from euar.experiments.tables.panels import Panel, Table
from euar.experiments.tables.pooled import OverPanels
from euar.experiments.tables.ranking import Ranking
from euar.experiments.tables.verdicts import CONFIRMED, NOT_CONFIRMED, UNDECIDABLE, WORDS, Verdict, overall

_MARKS = {CONFIRMED: "yes", NOT_CONFIRMED: "no", UNDECIDABLE: "open"}
_NAMES = {"acc2": "Acc2", "acc7": "Acc7", "f1": "F1", "f1_weighted": "F1"}
LEGEND = """\
In hundredths: mean here (the paper's). 95 %: over seeds and test rows; * over seeds alone.
80 %: the true difference that would have been found in four of five tries.
paper: its lead. lead?: whether that is borne out: yes, no, open (these rows cannot say)."""


class Measured(NamedTuple):
    """A table with all that was found of it.

    Attributes:
        table: which.
        found: {measurement: what is known}.
        compared: each metric of each panel.
        verdicts: one a claim.
    """

    table: Table
    found: Mapping[Any, Found]
    compared: Sequence[Compared]
    verdicts: Sequence[Verdict]


def shown(measured: Measured) -> list[Shown]:
    """Return each panel as tables for the terminal, scores and differences; without those not measured."""
    panels = [[one for one in measured.compared if one.panel is panel] for panel in measured.table.panels]
    found = []
    for metrics in (some for some in panels if any(one.scores for one in some)):
        found.append(_panel(metrics))
        found += [_differences(metrics[0], measured.verdicts)] if metrics[0].effects else []
    return found


def head(measured: Measured) -> list[str]:
    """Return what stands above: the title, how the data differ from the paper's, when it was measured."""
    panels = measured.table.panels
    differs = dict.fromkeys(f"{_data(panel)}: {panel.differs}" for panel in panels if panel.differs)
    there = [cell.result for cell in measured.found.values() if cell.result is not None]
    count = f"{len(there)} of {len(measured.found)} cells measured"
    when = f", {age(there)}" if there else ""
    return [f"{measured.table.name}: {measured.table.title}", *differs, f"{count}{when}"]


def claims(measured: Measured) -> list[str]:
    """Return a line for each claim "ahead of all", and one for all claims together."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for one in measured.verdicts:
        groups.setdefault((one.panel.title, one.metric), []).append(one)
    words = [f"{title}, {_name(metric)}: {_claim(found)}" for (title, metric), found in groups.items()]
    count = Counter(one.word for one in measured.verdicts)
    total = ", ".join(f"{count[word]} {word}" for word in WORDS if count[word])
    return [*words, f"Claims, each system by itself: {total}"] if words else []


def ranks(found: Ranking | None) -> list[str]:
    """Return the mean ranks in a line, and which difference counts."""
    if found is None:
        return []
    pairs = zip(found.rows, found.ranks.mean_ranks, strict=True)
    words = ", ".join(f"{called(row)} {rank:.1f}" for row, rank in pairs)
    return [
        f"Mean ranks over {found.panels} panels: {words}",
        f"Critical difference (Nemenyi, 5 %): {found.ranks.critical_difference:.1f}; "
        f"Friedman p = {found.ranks.friedman_p:.2g}",
    ]


def pooled(found: Sequence[OverPanels], ours: str) -> list[str]:
    """Return a line for each row that several sets compare: ours minus it, if the same on all, if varying."""
    return [
        f"{called(ours)} - {called(one.row)} over {one.panels} sets: "
        f"{one.pooled.fixed.signed(1, scale=100)} if the same on all, "
        f"{one.pooled.random.signed(1, scale=100)} if it varies"
        for one in found
    ]


def lines(measured: Measured) -> list[dict[str, Any]]:
    """Return a line for each metric of each row of each panel, for `export`."""
    verdict = {(id(one.panel), one.metric, one.row): one for one in measured.verdicts}
    return [
        _line(measured, one, row, verdict.get((id(one.panel), one.metric, row)))
        for one in measured.compared
        for row in dict.fromkeys((*one.scores, *one.panel.rows))
    ]


def _line(measured: Measured, one: Compared, row: str, verdict: Verdict | None) -> dict[str, Any]:
    cell = measured.found[one.panel.rows[row]].result if row in one.panel.rows else None
    values, effect = one.scores.get(row), one.effects.get(row)
    return {
        "table": measured.table.name,
        "result": one.panel.title,
        "row": called(row),
        "metric": one.metric,
        "mean": _mean(values),
        "sd": _sd(values),
        "n": 0 if values is None else len(values),
        "paper": _nan(one.panel.said(row, one.metric) if row in one.panel.rows else None),
        "paper_lead": _nan(verdict.lead if verdict else None),
        "difference": _nan(effect.interval.mean if effect else None),
        "low": _nan(effect.interval.low if effect else None),
        "high": _nan(effect.interval.high if effect else None),
        "over": effect.over if effect else "",
        "detectable": _nan(effect.detectable if effect else None),
        "p_holm": _nan(verdict.adjusted if verdict else None),
        "verdict": verdict.word if verdict else "",
        "why": verdict.why if verdict else "",
        "experiment": cell["experiment"] if cell else "",
        "key": cell["key"] if cell else "",
        "started": cell["started"] if cell else "",
        "current_code": is_current(cell) if cell else "",
    }


def _panel(metrics: Sequence[Compared]) -> Shown:
    """Each row's scores, beside the paper's."""
    panel, first = metrics[0].panel, metrics[0]
    made = _table(panel.title, *(_name(one.metric) for one in metrics))
    for row in dict.fromkeys((*first.scores, *panel.rows)):
        said = [panel.said(row, one.metric) if row in panel.rows else None for one in metrics]
        cells = [_cell(one.scores.get(row), paper) for one, paper in zip(metrics, said, strict=True)]
        made.add_row(called(row), *cells)
    for name in panel.quoted(first.metric):
        made.add_row(f"{name}, quoted", *(_cell(None, panel.quoted(one.metric).get(name)) for one in metrics))
    return made


def _differences(one: Compared, verdicts: Sequence[Verdict]) -> Shown:
    """Our row minus each other in the headline metric, and whether the paper's lead is borne out."""
    marks = {each.row: each for each in verdicts if each.panel is one.panel and each.metric == one.metric}
    title = f"{called(one.panel.ours)} minus it, {_name(one.metric)}"
    made = _table(title, "95 %", "80 %", "paper", "lead?")
    for row, effect in one.effects.items():
        mark = marks.get(row)
        lead = "" if mark is None else f"{100 * mark.lead:+.1f}"
        made.add_row(called(row), *_effect(effect), lead, "" if mark is None else _MARKS.get(mark.word, "-"))
    return made


def _table(title: str, *headers: str) -> Shown:
    made = Shown(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    made.add_column("", no_wrap=True)
    for header in headers:
        made.add_column(header, justify="right", no_wrap=True)
    return made


def _claim(found: Sequence[Verdict]) -> str:
    count = Counter(one.word for one in found)
    parts = ", ".join(f"{count[word]} {word}" for word in WORDS if count[word])
    quoted = ", ".join(found[0].panel.quoted(found[0].metric))
    rest = f"; not run: {quoted}" if quoted else ""
    return f"{called(found[0].panel.ours)} ahead of all: {overall(found)} ({parts}{rest})"


def _data(panel: Panel) -> str:
    return panel.title.partition(": ")[0]


def _name(metric: str) -> str:
    return _NAMES.get(metric, LABELS.get(metric, metric))


def _cell(values: Any, paper: float | None) -> str:
    mean = _mean(values)
    here = "-" if math.isnan(mean) else f"{100 * mean:.1f}"
    return here if paper is None else f"{here} ({100 * paper:.1f})"


def _effect(effect: Effect) -> tuple[str, str]:
    star = "" if effect.over == "seeds and rows" else "*"
    seen = "-" if math.isnan(effect.detectable) else f"{100 * effect.detectable:.1f}"
    return f"{effect.interval.signed(1, scale=100)}{star}", seen


def _mean(values: Any) -> float:
    return math.nan if values is None else float(np.mean(values))


def _sd(values: Any) -> float:
    return math.nan if values is None or len(values) < 2 else float(np.std(values, ddof=1))


def _nan(value: float | None) -> float:
    return math.nan if value is None else float(value)
