"""Tables 1 to 4 of the paper: which cells each has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from euar.chapters.ledger.corpora import Corpus, measured_elsewhere
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


def table_1(corpora: Sequence[Corpus]) -> Table:
    """Return every system on every set, with all modalities."""
    panels = [_panel(corpus, "Table 1", _all(corpus), corpus.title, corpus.prefix) for corpus in corpora]
    return Table(name="Table 1", title="Systems on each set, all modalities", panels=tuple(panels))


def table_2(corpora: Sequence[Corpus]) -> Table:
    """Return systems of ratings with the modalities that are there, by each protocol of missing data."""
    panels = [
        panel
        for corpus in corpora
        if "Table 2" in corpus.tables or not corpus.tables
        for panel in _missing(corpus)
    ]
    title = "Systems with the modalities that are available, three protocols"
    return Table(name="Table 2", title=title, panels=tuple(panels))


def table_3(corpora: Sequence[Corpus]) -> Table:
    """Return systems of classes under noise on the test rows, the mean over five draws of it."""
    panels = [panel for corpus in corpora if corpus.noises for panel in noise_panels(corpus)]
    return Table(
        name="Table 3", title="Accuracy with noise at test, mean of five draws", panels=tuple(panels)
    )


def table_4(corpora: Sequence[Corpus]) -> Table:
    """Return the paper's model without one loss or both."""
    panels = [_ablation(corpus) for corpus in corpora if "Table 4" in corpus.tables]
    return Table(name="Table 4", title="Training without one loss or both", panels=tuple(panels))


TABLES: Mapping[int, Callable[[Sequence[Corpus]], Table]] = {1: table_1, 2: table_2, 3: table_3, 4: table_4}


def as_kind(row: Row, kind: type[Row], **changes: Any) -> Any:
    """Return a row as a measurement of another kind, with all that the two have in common."""
    return kind(**{f.name: getattr(row, f.name) for f in fields(Row)} | changes)


def _panel(
    corpus: Corpus, table: str, rows: Mapping[str, Any], title: str, prefix: str, **more: Any
) -> Panel:
    metrics = {metric: f"{prefix}{name}" for metric, name in corpus.metrics.items()}
    return Panel(
        title=title,
        rows=rows,
        metrics=metrics,
        paper=corpus.tables.get(table),
        of_paper=corpus.of_paper(table),
        differs=corpus.differs,
        **more,
    )


def _all(corpus: Corpus) -> dict[str, Row]:
    """Every system; what no chapter measures is measured with the draws of Table 3 at once."""
    cells = {name: replace(corpus.row, system=name) for name in corpus.systems("Table 1")}
    kept = {one for measured in measured_elsewhere().values() for one in measured}
    plain = {name for name, row in cells.items() if row in kept or not corpus.noises}
    return {name: row if name in plain else _drawn(corpus, name) for name, row in cells.items()}


def _drawn(corpus: Corpus, system: str) -> Draws:
    drawn: Draws = as_kind(corpus.row, Draws, system=system, noises=tuple(corpus.noises))
    return drawn


def _missing(corpus: Corpus) -> list[Panel]:
    sets = missing_sets(corpus.modalities)
    panels = [matched_panel(corpus, names) for names in sets]
    if len(sets) > 1:
        panels += [_one_model(corpus, names) for names in sets]
        panels += [_test_only(corpus, names) for names in sets]
    return panels


def matched_panel(corpus: Corpus, names: tuple[str, ...]) -> Panel:
    """Return systems that are trained and tested on the same set of modalities."""
    shown = None if names == corpus.modalities else names
    systems = corpus.systems("Table 2", len(names))
    like = corpus.row if shown is None else corpus.some
    rows = {name: replace(like, system=name, modalities=shown) for name in systems}
    return _of_set(corpus, names, rows, "matched")


def _one_model(corpus: Corpus, names: tuple[str, ...]) -> Panel:
    """With as many steps as training on all modalities alone."""
    sets = len(missing_sets(corpus.modalities))
    recipe = replace(corpus.some.recipe, epochs=max(1, round(corpus.some.recipe.epochs / sets)))
    rows = {s: as_kind(corpus.some, OneModel, system=s, recipe=recipe) for s in corpus.systems("Table 2")}
    return _of_set(corpus, names, rows, "one-model", tests=(_test_of(corpus, names),))


def _test_only(corpus: Corpus, names: tuple[str, ...]) -> Panel:
    """Of two modalities, a plain row tests each alone already."""
    test = _test_of(corpus, names)
    if len(corpus.modalities) == 2:
        rows = {s: replace(corpus.row, system=s) for s in corpus.systems("Table 2")}
        (missing,) = set(corpus.modalities) - set(names) or {""}
        return _of_set(corpus, names, rows, "test-only", tests=(f"without {missing}" if missing else TEST,))
    rows = {s: as_kind(corpus.some, Withheld, system=s) for s in corpus.systems("Table 2")}
    return _of_set(corpus, names, rows, "test-only", tests=(test,))


def _test_of(corpus: Corpus, names: tuple[str, ...]) -> str:
    return TEST if names == corpus.modalities else only(names)


def _of_set(corpus: Corpus, names: tuple[str, ...], rows: Mapping[str, Any], how: str, **more: Any) -> Panel:
    known = [name for word in _ORDER for name in names if name == word]
    column = "+".join(_ORDER.get(name, name) for name in known or names)
    title = f"{corpus.title}: {' + '.join(names)}, {how}"
    return _panel(corpus, "Table 2", rows, title, f"{column} ", **more)


def noise_panels(corpus: Corpus) -> list[Panel]:
    """Return systems without noise and under each, the mean of its draws."""
    rows = {name: _drawn(corpus, name) for name in corpus.systems("Table 3")}
    accuracy = next(iter(corpus.metrics))
    shared: dict[str, Any] = {
        "rows": rows,
        "paper": corpus.tables.get("Table 3"),
        "of_paper": corpus.of_paper("Table 3"),
        "differs": corpus.differs,
    }
    columns: dict[str, str | None] = {"clean": "clean", **corpus.noises}
    return [
        Panel(
            title=f"{corpus.title}: {noise}",
            metrics={accuracy: column},
            tests=(TEST,) if noise == "clean" else tuple(draws_of(noise)),
            **shared,
        )
        for noise, column in columns.items()
    ]


def _ablation(corpus: Corpus) -> Panel:
    rows = {name: Difference(setting=setting, **corpus.watched_as) for name, setting in ABLATIONS.items()}
    metrics = {metric: f"{corpus.prefix}{name}" for metric, name in corpus.metrics.items()}
    return Panel(
        title=corpus.title,
        rows=rows,
        metrics=metrics,
        paper=corpus.tables["Table 4"],
        of_paper={name: name for name in ABLATIONS},
        ours="both",
        differs=corpus.differs,
    )
