"""What the page of the ledger draws of Tables 1 to 4: a line for each comparison."""

import math
from dataclasses import replace
from functools import cache
from typing import Any, cast

from numpy.typing import NDArray

from euar.chapters.ledger.corpora import corpora
from euar.chapters.ledger.pictures import Line
from euar.chapters.ledger.tables import TABLES, as_kind
from euar.chapters.ledger.trained import trained_scores
from euar.experiments.comparison import called
from euar.experiments.paper import table as paper_table
from euar.experiments.row import Row
from euar.experiments.tables import Compared, Panel, compared, search
from euar.experiments.tables.printed import Measured
from euar.experiments.tables.verdicts import verdicts

#: The same network with other experts; no table of the paper has them.
CONTROLS = ("mlp-experts", "linear-experts")
_LINEAR = ("ridge", "logistic")
#: The protocol that stands for a cell of the paper: trained and tested on the same modalities.
MATCHED = "matched"
#: The number of the table under noise.
_NOISE = 3
#: How many of the paper's other systems a picture shows, best first.
_BEST = 3


@cache
def measured(number: int) -> Measured:
    """Return a table with the newest result of each cell; intervals are over seeds, so it needs no data.

    Args:
        number: 1 to 4.
    """
    table = TABLES[number]([*corpora().values()])
    found = search(table.measurements)
    if number == _NOISE and not any(cell.there for cell in found.values()):
        table = replace(table, panels=tuple(map(_of_one_draw, table.panels)))
        found = search(table.measurements)
    metrics = [one for panel in table.panels for one in compared(panel, found, None)]
    return Measured(table, found, metrics, verdicts(metrics))


def _of_one_draw(panel: Panel) -> Panel:
    """Noise as the chapters measure it, where nobody has measured the mean of its draws yet."""
    rows = {name: as_kind(cast(Row, one), Row) for name, one in panel.rows.items()}
    return replace(panel, rows=rows, tests=(panel.tests[0].partition(", draw ")[0],))


def pictured(whole: Measured) -> dict[str, list[Line]]:
    """Return {group: lines} of a table's picture, in the headline metric, of panels that the paper has.

    Tables 1 and 4 have a line for each row, and our own minus it. Tables 2 and 3 have one for each panel, our
    own minus plain experts, beside the paper's lead on its next best.
    """
    heads = [one for one in whole.compared if one.metric == one.panel.headline and _claimed(one) is not None]
    if whole.table.name in ("Table 1", "Table 4"):
        return {one.panel.title: [_of_row(whole, one, row) for row in _rows(one)] for one in heads}
    groups: dict[str, list[Line]] = {}
    for one in heads:
        group, name, protocol = place(one.panel)
        if protocol == MATCHED:
            groups.setdefault(group, []).append(_of_panel(whole, one, name))
    return groups


def place(panel: Panel) -> tuple[str, str, str]:
    """Return what a panel's title names: the data, what is there at test, and the protocol.

    Example:
        >>> place(Panel(title="CMU-MOSI, official split: text, one-model", rows={}, metrics={}))
        ('CMU-MOSI, official split', 'text', 'one-model')
    """
    data, _, name = panel.title.partition(": ")
    name, _, protocol = name.partition(", ")
    return data, name, protocol or MATCHED


def said(panel: Panel, metric: str) -> dict[str, float]:
    """Return {row: what the paper says}, in its order; a system that the panel lacks has the paper's name."""
    column = panel.metrics[metric]
    if panel.paper is None or column is None:
        return {}
    table = paper_table(panel.paper)
    rows = {name: row for row, name in panel.of_paper.items() if row in panel.rows}
    cells = {rows.get(name, name): table.fraction(name, column) for name in table.rows}
    return {row: value for row, value in cells.items() if value is not None}


def next_best(panel: Panel, metric: str) -> float | None:
    """Return the best score that the paper gives to a system other than its own; None where it has none."""
    return max(_others(panel, metric).values(), default=None)


def _claimed(one: Compared) -> float | None:
    """What the paper says of its own system."""
    return said(one.panel, one.metric).get(one.panel.ours)


def _others(panel: Panel, metric: str) -> dict[str, float]:
    return {row: value for row, value in said(panel, metric).items() if row != panel.ours}


def _rows(one: Compared) -> list[str]:
    """Our own, those that the paper finds best, the controls and the linear model."""
    others = _others(one.panel, one.metric)
    best = sorted(others, key=lambda row: -others[row])[:_BEST]
    controls = (row for row in (*CONTROLS, *_LINEAR) if row in one.panel.rows or row in one.scores)
    return list(dict.fromkeys((one.panel.ours, *best, *controls)))


def _of_row(whole: Measured, one: Compared, row: str) -> Line:
    ours, theirs = _claimed(one), _others(one.panel, one.metric).get(row)
    value = ours if row == one.panel.ours else theirs
    return _line(whole, one, called(row), row, row)._replace(paper=value, lead=_minus(ours, theirs))


def _of_panel(whole: Measured, one: Compared, name: str) -> Line:
    ours, best = _claimed(one), next_best(one.panel, one.metric)
    line = _line(whole, one, name, one.panel.ours, CONTROLS[0])
    return line._replace(paper=ours, lead=_minus(ours, best))


def _line(whole: Measured, one: Compared, name: str, row: str, other: str) -> Line:
    """What was measured of a row, and of our own minus another."""
    effect = one.effects.get(other)
    return Line(
        label=name,
        frozen=one.scores.get(row),
        trained=_along(one, row),
        difference=None if effect is None else effect.interval,
        detectable=None if effect is None else effect.detectable,
        error=_error(whole, one),
    )


def _along(one: Compared, row: str) -> NDArray[Any] | None:
    cell = one.panel.rows.get(row)
    return None if cell is None else trained_scores(cell, one.metric, one.panel.tests)


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _error(whole: Measured, one: Compared) -> float | None:
    """By the binomial law, at the paper's level: a yardstick for its lead, and a wide one for paired rows."""
    result, level = whole.found[one.panel.rows[one.panel.ours]].result, _claimed(one)
    if result is None or level is None:
        return None
    return math.sqrt(level * (1 - level) / result["data"]["n"]["test"])
