"""The paper's own tables, for the rows beside ours. No other place in the book holds its figures."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from euar.resources import resource

FILE = "euar/experiments/paper_tables.yml"


@dataclass(frozen=True)
class PaperTable:
    """A table of the paper.

    Attributes:
        name: its key, such as `"table-3"`.
        title: what it shows, in our words.
        unit: of all cells.
        columns: what each cell of a row is.
        rows: {system: its cells}; None where the paper has a dash.
    """

    name: str
    title: str
    unit: str
    columns: tuple[str, ...]
    rows: dict[str, tuple[float | None, ...]]

    def value(self, system: str, column: str) -> float | None:
        """Return one cell, None for a dash.

        Raises:
            ValueError: no such system or column.
        """
        _check(f"{self.name}: system", system, self.rows)
        _check(f"{self.name}: column", column, self.columns)
        return self.rows[system][self.columns.index(column)]

    def fraction(self, system: str, column: str) -> float | None:
        """Return one cell as a fraction, the unit of `euar.training.metrics`; None for a dash."""
        value = self.value(system, column)
        return None if value is None else value / 100


def table(name: str) -> PaperTable:
    """Return a table of the paper: `"table-1-video"`, `"table-1-image"`, `"table-2-mosi"` and so on.

    Raises:
        ValueError: no such table.
    """
    _check("table", name, tables())
    return tables()[name]


@cache
def tables() -> dict[str, PaperTable]:
    """Return all tables by name, in the paper's order."""
    import yaml

    entries = yaml.safe_load(resource(FILE).read_text(encoding="utf-8"))
    return {
        name: PaperTable(
            name,
            entry["title"],
            entry["unit"],
            tuple(entry["columns"]),
            {system: tuple(cells) for system, cells in entry["rows"].items()},
        )
        for name, entry in entries.items()
    }


def _check(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise ValueError(f"{what}: expected one of {', '.join(known)}, found {name!r}")
