"""A table as data: panels of systems that are tested on the same rows, beside what the paper says of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from euar.experiments.measurement import Measurement
from euar.experiments.paper import table as paper_table

#: The test split as it is.
TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Systems on the same test rows.

    Attributes:
        title: the data, the protocol and what is there at test.
        rows: {row: what measures it}, in the order of the table.
        metrics: {metric: the column of the paper's table, None where it has none}; the first is the headline.
        tests: the test splits of a result that count, see `Observation.predictions`; several are averaged.
        paper: a name of `paper.tables()`.
        of_paper: {row: the paper's name for it}.
        ours: the row that the paper calls its own.
        differs: how the data differ from the paper's, in words.
    """

    title: str
    rows: Mapping[str, Measurement]
    metrics: Mapping[str, str | None]
    tests: tuple[str, ...] = (TEST,)
    paper: str | None = None
    of_paper: Mapping[str, str] = field(default_factory=dict)
    ours: str = "default"
    differs: str = ""

    @property
    def headline(self) -> str:
        """The metric that ranks are made of."""
        return next(iter(self.metrics))

    def said(self, row: str, metric: str) -> float | None:
        """Return what the paper says of a row, as a fraction; None where it says nothing."""
        column, name = self.metrics[metric], self.of_paper.get(row)
        if self.paper is None or column is None or name is None:
            return None
        return paper_table(self.paper).fraction(name, column)

    def lead(self, row: str, metric: str) -> float | None:
        """Return by how much the paper's own system is ahead of a row in the paper; None where not said."""
        ours, theirs = self.said(self.ours, metric), self.said(row, metric)
        return None if ours is None or theirs is None or row == self.ours else round(ours - theirs, 6)

    def quoted(self, metric: str) -> dict[str, float]:
        """Return {system of the paper that no row measures: its value there}."""
        column = self.metrics[metric]
        if self.paper is None or column is None:
            return {}
        found, run = paper_table(self.paper), set(self.of_paper.values())
        values = {name: found.fraction(name, column) for name in found.rows if name not in run}
        return {name: value for name, value in values.items() if value is not None}

    def changed(self, change: Callable[[Measurement], Measurement]) -> "Panel":
        """Return the panel with other measurements."""
        return replace(self, rows={name: change(one) for name, one in self.rows.items()})

    def only(self, systems: tuple[str, ...]) -> "Panel":
        """Return the panel with some of its rows; those that it lacks are left out."""
        return replace(self, rows={name: one for name, one in self.rows.items() if name in systems})


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table or figure of the paper.

    Attributes:
        name: such as `"Table 1"`.
        title: what it shows, in our words.
        panels: in order.
    """

    name: str
    title: str
    panels: tuple[Panel, ...]

    @property
    def measurements(self) -> list[Measurement]:
        """Every cell once: what panels share is measured once."""
        return list(dict.fromkeys(one for panel in self.panels for one in panel.rows.values()))
