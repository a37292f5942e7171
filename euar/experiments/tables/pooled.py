"""One comparison over all panels of a table: our row minus another, pooled."""

from collections.abc import Sequence
from typing import NamedTuple

from euar.experiments.statistics import Pooled, pool
from euar.experiments.tables.compared import Compared
from euar.experiments.tables.panels import Panel


class OverPanels(NamedTuple):
    """Our row minus another in the headline metric.

    Attributes:
        row: the other.
        panels: how many were pooled.
        pooled: the effect, if it is the same on all and if it varies.
    """

    row: str
    panels: int
    pooled: Pooled


def over_panels(table: Sequence[Compared]) -> list[OverPanels]:
    """Return each row that several panels compare, pooled over them.

    Panels on the same rows are not independent, see `one_a_set`.
    """
    heads = [one for one in table if one.metric == one.panel.headline]
    rows = dict.fromkeys(row for one in heads for row in one.effects)
    found = []
    for row in rows:
        effects = [one.effects[row] for one in heads if row in one.effects and one.effects[row].se > 0]
        if len(effects) > 1:
            mean, se, df = zip(*((each.interval.mean, each.se, each.df) for each in effects), strict=True)
            found.append(OverPanels(row, len(effects), pool(mean, se, df)))
    return found


def one_a_set(table: Sequence[Compared]) -> list[Compared]:
    """Return the metrics of the first panel of each data set."""
    first: dict[str, Panel] = {}
    for one in table:
        first.setdefault(str(one.panel.rows[one.panel.ours].request()["data"]), one.panel)
    return [one for one in table if any(one.panel is panel for panel in first.values())]
