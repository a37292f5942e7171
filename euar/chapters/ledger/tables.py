"""Tables 1 to 4 of the paper: which cells each has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from euar.chapters.ledger.sources import Source, measured_elsewhere
from euar.chapters.paper_against_code.measure import Difference
from euar.data.corruption import missing_sets
from euar.experiments.protocols import Draws, OneModel, Withheld, draws_of, only
from euar.experiments.row import Row
from euar.experiments.tables import Panel, Table
from euar.experiments.tables.panels import TEST

#: {row of Table 4: the setting of `Difference`}; the names of the paper.
ABLATIONS = {
    "both": "paper",
    "without KL loss": "without KL",
    "without U-loss": "without U",
    "without both": "without KL and U",
}
#: In which order the paper names modalities, and what others call them.
_ORDER = {"text": "text", "video": "video", "vision": "video", "audio": "audio"}


def table_1(sources: Sequence[Source]) -> Table:
    """Return every system on every set, with all modalities."""
    panels = [_panel(source, "Table 1", _all(source), source.title, source.prefix) for source in sources]
    return Table(name="Table 1", title="Systems on each set, all modalities", panels=tuple(panels))


def table_2(sources: Sequence[Source]) -> Table:
    """Return systems of ratings with the modalities that are there, by each protocol of missing data."""
    panels = [
        panel
        for source in sources
        if "Table 2" in source.tables or not source.tables
        for panel in _missing(source)
    ]
    title = "Systems with the modalities that are available, three protocols"
    return Table(name="Table 2", title=title, panels=tuple(panels))


def table_3(sources: Sequence[Source]) -> Table:
    """Return systems of classes under noise on the test rows, the mean over five draws of it."""
    panels = [panel for source in sources if source.noises for panel in noise_panels(source)]
    return Table(
        name="Table 3", title="Accuracy with noise at test, mean of five draws", panels=tuple(panels)
    )


def table_4(sources: Sequence[Source]) -> Table:
    """Return the paper's model without one loss or both."""
    panels = [_ablation(source) for source in sources if "Table 4" in source.tables]
    return Table(name="Table 4", title="Training without one loss or both", panels=tuple(panels))


TABLES: Mapping[int, Callable[[Sequence[Source]], Table]] = {1: table_1, 2: table_2, 3: table_3, 4: table_4}


def as_kind(row: Row, kind: type[Row], **changes: Any) -> Any:
    """Return a row as a measurement of another kind, with all that the two have in common."""
    return kind(**{f.name: getattr(row, f.name) for f in fields(Row)} | changes)


def _panel(
    source: Source, table: str, rows: Mapping[str, Any], title: str, prefix: str, **more: Any
) -> Panel:
    metrics = {metric: f"{prefix}{name}" for metric, name in source.metrics.items()}
    return Panel(
        title=title,
        rows=rows,
        metrics=metrics,
        paper=source.tables.get(table),
        of_paper=source.of_paper(table),
        differs=source.differs,
        **more,
    )


def _all(source: Source) -> dict[str, Row]:
    """Every system; what no chapter measures is measured with the draws of Table 3 at once."""
    cells = {name: replace(source.row, system=name) for name in source.systems("Table 1")}
    kept = {one for measured in measured_elsewhere().values() for one in measured}
    plain = {name for name, row in cells.items() if row in kept or not source.noises}
    return {name: row if name in plain else _drawn(source, name) for name, row in cells.items()}


def _drawn(source: Source, system: str) -> Draws:
    drawn: Draws = as_kind(source.row, Draws, system=system, noises=tuple(source.noises))
    return drawn


def _missing(source: Source) -> list[Panel]:
    sets = missing_sets(source.modalities)
    panels = [matched_panel(source, names) for names in sets]
    if len(sets) > 1:
        panels += [_one_model(source, names) for names in sets]
        panels += [_test_only(source, names) for names in sets]
    return panels


def matched_panel(source: Source, names: tuple[str, ...]) -> Panel:
    """Return systems that are trained and tested on the same set of modalities."""
    shown = None if names == source.modalities else names
    systems = source.systems("Table 2", len(names))
    like = source.row if shown is None else source.some
    rows = {name: replace(like, system=name, modalities=shown) for name in systems}
    return _of_set(source, names, rows, "matched")


def _one_model(source: Source, names: tuple[str, ...]) -> Panel:
    """With as many steps as training on all modalities alone."""
    sets = len(missing_sets(source.modalities))
    recipe = replace(source.some.recipe, epochs=max(1, round(source.some.recipe.epochs / sets)))
    rows = {s: as_kind(source.some, OneModel, system=s, recipe=recipe) for s in source.systems("Table 2")}
    return _of_set(source, names, rows, "one-model", tests=(_test_of(source, names),))


def _test_only(source: Source, names: tuple[str, ...]) -> Panel:
    """Of two modalities, a plain row tests each alone already."""
    test = _test_of(source, names)
    if len(source.modalities) == 2:
        rows = {s: replace(source.row, system=s) for s in source.systems("Table 2")}
        (missing,) = set(source.modalities) - set(names) or {""}
        return _of_set(source, names, rows, "test-only", tests=(f"without {missing}" if missing else TEST,))
    rows = {s: as_kind(source.some, Withheld, system=s) for s in source.systems("Table 2")}
    return _of_set(source, names, rows, "test-only", tests=(test,))


def _test_of(source: Source, names: tuple[str, ...]) -> str:
    return TEST if names == source.modalities else only(names)


def _of_set(source: Source, names: tuple[str, ...], rows: Mapping[str, Any], how: str, **more: Any) -> Panel:
    known = [name for word in _ORDER for name in names if name == word]
    column = "+".join(_ORDER.get(name, name) for name in known or names)
    title = f"{source.title}: {' + '.join(names)}, {how}"
    return _panel(source, "Table 2", rows, title, f"{column} ", **more)


def noise_panels(source: Source) -> list[Panel]:
    """Return systems without noise and under each, the mean of its draws."""
    rows = {name: _drawn(source, name) for name in source.systems("Table 3")}
    accuracy = next(iter(source.metrics))
    shared: dict[str, Any] = {
        "rows": rows,
        "paper": source.tables.get("Table 3"),
        "of_paper": source.of_paper("Table 3"),
        "differs": source.differs,
    }
    columns: dict[str, str | None] = {"clean": "clean", **source.noises}
    return [
        Panel(
            title=f"{source.title}: {noise}",
            metrics={accuracy: column},
            tests=(TEST,) if noise == "clean" else tuple(draws_of(noise)),
            **shared,
        )
        for noise, column in columns.items()
    ]


def _ablation(source: Source) -> Panel:
    rows = {name: Difference(setting=setting, **source.watched_as) for name, setting in ABLATIONS.items()}
    metrics = {metric: f"{source.prefix}{name}" for metric, name in source.metrics.items()}
    return Panel(
        title=source.title,
        rows=rows,
        metrics=metrics,
        paper=source.tables["Table 4"],
        of_paper={name: name for name in ABLATIONS},
        ours="both",
        differs=source.differs,
    )
