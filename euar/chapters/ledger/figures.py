"""Figures 3 to 7 of the paper: which cells each has, and what is drawn of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.ledger.course import Course
from euar.chapters.ledger.measure import NUMBERS, ExpertNumber
from euar.chapters.ledger.pictures import joint_grid
from euar.chapters.ledger.sources import Source
from euar.chapters.ledger.tables import as_kind, matched_panel, noise_panels
from euar.chapters.paper_against_code.measure import Difference
from euar.data import MultimodalDataset
from euar.data.corruption import missing_sets
from euar.experiments.joint import PICTURE, SILHOUETTE, Joint
from euar.experiments.protocols import Withheld, only
from euar.experiments.sentences import INVENTED, SENTENCES, Sentences
from euar.experiments.statistics import bootstrap_mean_interval
from euar.experiments.tables import Found, Panel, Table
from euar.experiments.tables.compared import Compared
from euar.experiments.tables.panels import TEST
from euar.experiments.tables.report import label
from euar.experiments.tables.rowwise import values_of
from euar.plots.curves import curve_panels, over_numbers
from euar.plots.forest import forest

PLAIN = "mlp-experts"
#: Of Figure 6, in the paper's order.
JOINTS = ("concat", PLAIN, "default")
#: Of Figure 7.
SAMPLES, RIVALS = 4, ("default", "dicmor")
_WEIGHTS = {"weights of the paper": "N = {}", "weights sum to 1": "N = {}, sum 1"}


class Drawn(NamedTuple):
    """A figure, and what it says in numbers.

    Attributes:
        picture: None where there is nothing to draw.
        lines: a dictionary of plain values each, with the same fields.
    """

    picture: Figure | None
    lines: list[dict[str, Any]]


class Draft(NamedTuple):
    """How a figure is made.

    Attributes:
        cells: the table of its cells, of some sources.
        draw: of that, its metrics and what was found, the figure.
    """

    cells: Callable[[Sequence[Source]], Table]
    draw: Callable[["Measured"], Drawn]


class Measured(NamedTuple):
    """What a figure is drawn from.

    Attributes:
        table: its cells.
        found: {measurement: what is known}.
        compared: each metric of each panel.
        data: {panel's title: its data set}, of those that are here.
    """

    table: Table
    found: Mapping[Any, Found]
    compared: Sequence[Compared]
    data: Mapping[str, MultimodalDataset]

    def of(self, one: Any, name: str) -> NDArray[Any] | None:
        """Return what the runs of a cell say of a test split, in the order of the data; None if not kept."""
        title = next(panel.title for panel in self.table.panels if one in panel.rows.values())
        said = self.found[one].predictions.get(name)
        if said is None or title not in self.data:
            return None
        return values_of(said, self.data[title].subset(split=TEST).ids)


def figure_3(sources: Sequence[Source]) -> Table:
    """EUAR against plain experts, on every set of modalities and under noise."""
    panels = [
        panel.only(("default", PLAIN))
        for source in sources
        for panel in (noise_panels(source) if source.noises else _sets(source))
    ]
    return Table(name="Figure 3", title="EUAR against MLP experts", panels=tuple(panels))


def figure_4(sources: Sequence[Source]) -> Table:
    """Acc2 over the number of experts."""
    panels = [_numbers(source, how) for source in _of_table_4(sources) for how in _WEIGHTS]
    return Table(name="Figure 4", title="The number of experts", panels=tuple(panels))


def figure_5(sources: Sequence[Source]) -> Table:
    """The course of training: the paper's model, without the U-loss, and with plain experts."""
    panels = [_course(source) for source in _of_table_4(sources)[:1]]
    return Table(name="Figure 5", title="The course of training", panels=tuple(panels))


def figure_6(sources: Sequence[Source]) -> Table:
    """Joint features, with all modalities and without the sound."""
    panels = [_joints(source) for source in sources if "audio" in source.modalities]
    return Table(name="Figure 6", title="Joint features, with and without audio", panels=tuple(panels[:1]))


def figure_7(sources: Sequence[Source]) -> Table:
    """Single utterances by their ids, and sentences of our own."""
    whole = [source for source in sources if {"text", "audio"} < {*source.modalities}]
    panels = [_samples(source) for source in whole[:1]]
    panels += [_invented(source) for source in sources if source.words][:1]
    return Table(name="Figure 7", title="Single utterances, and sentences of our own", panels=tuple(panels))


def _sets(source: Source) -> list[Panel]:
    return [matched_panel(source, names) for names in missing_sets(source.modalities)]


def _of_table_4(sources: Sequence[Source]) -> list[Source]:
    return [source for source in sources if "Table 4" in source.tables]


def _metrics(source: Source) -> dict[str, str | None]:
    return dict.fromkeys(source.metrics)


def _numbers(source: Source, how: str) -> Panel:
    rows = {str(n): ExpertNumber(setting=_WEIGHTS[how].format(n), **source.watched_as) for n in NUMBERS}
    title = f"{source.title}: {how}"
    return Panel(title=title, rows=rows, metrics=_metrics(source), ours="8", differs=source.differs)


def _course(source: Source) -> Panel:
    rows = {
        "EUAR, paper": Difference(setting="paper", **source.watched_as),
        "without U-loss": Difference(setting="without U", **source.watched_as),
        "MLP experts": Course(setting=PLAIN, **source.watched_as),
    }
    ours = next(iter(rows))
    return Panel(title=source.title, rows=rows, metrics=_metrics(source), ours=ours, differs=source.differs)


def _joints(source: Source) -> Panel:
    rows = {name: as_kind(source.some, Joint, system=name, without="audio", noises=()) for name in JOINTS}
    return Panel(title=source.title, rows=rows, metrics=_metrics(source), differs=source.differs)


def _samples(source: Source) -> Panel:
    rows = {name: as_kind(source.some, Withheld, system=name) for name in RIVALS}
    return Panel(title=source.title, rows=rows, metrics=_metrics(source), differs=source.differs)


def _invented(source: Source) -> Panel:
    rows = {name: as_kind(source.some, Sentences, system=name) for name in RIVALS}
    title = f"{source.title}: sentences of our own"
    return Panel(title=title, rows=rows, metrics=_metrics(source), differs=source.differs)


def draw_3(measured: Measured) -> Drawn:
    """Draw the difference on each panel, with its interval."""
    found = [(one, one.effects.get(PLAIN)) for one in _headlines(measured)]
    rows = {
        one.panel.title: {"EUAR - MLP experts": _hundredths(effect.interval)}
        for one, effect in found
        if effect is not None
    }
    picture = forest(rows, "difference, hundredths of Acc2 or accuracy", lines={"": 0.0}) if rows else None
    return Drawn(picture, _lines_of(measured))


def draw_4(measured: Measured) -> Drawn:
    """Draw Acc2 over the number of experts."""
    series = {
        one.panel.title: {int(n): one.scores[n] for n in one.panel.rows if n in one.scores}
        for one in _headlines(measured)
        if any(n in one.scores for n in one.panel.rows)
    }
    return Drawn(over_numbers(series, "experts", "Acc2") if series else None, _lines_of(measured))


def draw_5(measured: Measured) -> Drawn:
    """Draw Acc2 on the test split after each epoch, every seed."""
    panels = {panel.title: _curves(panel, measured.found) for panel in measured.table.panels}
    panels = {title: series for title, series in panels.items() if series}
    return Drawn(curve_panels(panels, unit="Acc2 on test") if panels else None, _lines_of(measured))


def draw_6(measured: Measured) -> Drawn:
    """Draw the joint features of the first seed, and give the separation of all seeds with its interval."""
    lines, pictures, notes = [], dict[str, dict[str, NDArray[Any]]](), dict[str, dict[str, str]]()
    for panel in measured.table.panels:
        for system, one in panel.rows.items():
            for test in (TEST, *_withheld(one)):
                made, values = (
                    measured.of(one, f"{PICTURE}, {test}"),
                    measured.of(one, f"{SILHOUETTE}, {test}"),
                )
                if made is None or values is None:
                    continue
                groups = measured.data[panel.title].subset(split=TEST).groups
                found = bootstrap_mean_interval(values, groups).effect
                pictures.setdefault(test, {})[label(system)] = made[0]
                notes.setdefault(test, {})[label(system)] = f"silhouette {found.signed(2)}"
                lines.append(_separation(panel, system, test, found))
    if not pictures:
        return Drawn(None, lines)
    data = next(iter(measured.data.values()))
    signs = np.sign(data.subset(split=TEST).target)
    return Drawn(joint_grid(pictures, signs, notes), lines)


def draw_7(measured: Measured) -> Drawn:
    """Say what each system reads in a few utterances, by id, and in our sentences; all rows stand beside."""
    lines: list[dict[str, Any]] = []
    for panel in measured.table.panels:
        for system, one in panel.rows.items():
            lines += _read(measured, panel, system, one)
    return Drawn(None, lines)


FIGURES: Mapping[int, Draft] = {
    3: Draft(figure_3, draw_3),
    4: Draft(figure_4, draw_4),
    5: Draft(figure_5, draw_5),
    6: Draft(figure_6, draw_6),
    7: Draft(figure_7, draw_7),
}


def _headlines(measured: Measured) -> list[Compared]:
    return [one for one in measured.compared if one.metric == one.panel.headline]


def _hundredths(interval: Any) -> Any:
    mean, low, high, n = interval
    return type(interval)(100 * mean, 100 * low, 100 * high, n)


def _lines_of(measured: Measured) -> list[dict[str, Any]]:
    return [
        {
            "panel": one.panel.title,
            "row": label(row),
            "metric": one.metric,
            "mean": float(np.mean(values)),
            "difference": effect.interval.signed(1, scale=100) if (effect := one.effects.get(row)) else "",
            "could have been seen": round(100 * effect.detectable, 1) if effect else "",
        }
        for one in _headlines(measured)
        for row, values in one.scores.items()
    ]


def _curves(panel: Panel, found: Mapping[Any, Found]) -> dict[str, NDArray[Any]]:
    """{row: (S, epochs)} of the headline metric on the test split."""
    return {
        name: np.array([run["curves"][f"test_{panel.headline}"] for run in result["runs"]])
        for name, one in panel.rows.items()
        if (result := found[one].result) is not None
    }


def _withheld(one: Any) -> list[str]:
    names = one.modalities or tuple(one.dataset().modalities)
    return [only([name for name in names if name != one.without])]


def _separation(panel: Panel, system: str, test: str, found: Any) -> dict[str, Any]:
    return {
        "panel": panel.title,
        "row": label(system),
        "test": test,
        "silhouette": found.mean,
        "low": found.low,
        "high": found.high,
        "n": found.n,
    }


def _read(measured: Measured, panel: Panel, system: str, one: Any) -> list[dict[str, Any]]:
    said = measured.found[one].predictions
    if isinstance(one, Sentences):
        found = said.get(INVENTED)
        values = None if found is None else found.values
        truths = np.array([*SENTENCES.values()])
        return [] if values is None else _spoken(panel, system, "text", [*SENTENCES], truths, values)
    data = measured.data.get(panel.title)
    if data is None:
        return []
    test = data.subset(split=TEST)
    picked = np.sort(np.random.default_rng(0).permutation(len(test))[:SAMPLES])
    lines: list[dict[str, Any]] = []
    for names in missing_sets(data.modalities):
        if names[0] != "text":
            continue
        values = measured.of(one, TEST if names == tuple(data.modalities) else only(names))
        if values is not None:
            ids = [str(name) for name in test.ids[picked]]
            shown = " + ".join(names)
            lines += _spoken(panel, system, shown, ids, test.target[picked], values[:, picked])
            lines.append(_all_rows(panel, system, shown, test.target, values))
    return lines


def _spoken(
    panel: Panel, system: str, shown: str, names: list[str], truths: NDArray[Any], values: NDArray[Any]
) -> list[dict[str, Any]]:
    """Of each row the sign that most seeds read, and the share of seeds that read the right one."""
    signs, right = _signs(values), _signs(truths)
    return [
        {
            "panel": panel.title,
            "row": label(system),
            "given": shown,
            "what": name,
            "label": float(truth),
            "mean prediction": float(values[:, i].mean()),
            "seeds that are right": float((signs[:, i] == right[i]).mean()),
        }
        for i, (name, truth) in enumerate(zip(names, truths, strict=True))
    ]


def _all_rows(
    panel: Panel, system: str, shown: str, truths: NDArray[Any], values: NDArray[Any]
) -> dict[str, Any]:
    hits = _signs(values) == _signs(truths)
    return {
        "panel": panel.title,
        "row": label(system),
        "given": shown,
        "what": f"all {len(truths)} test rows",
        "label": float(truths.mean()),
        "mean prediction": float(values.mean()),
        "seeds that are right": float(hits.mean()),
    }


def _signs(values: NDArray[Any]) -> NDArray[Any]:
    """Negative, neutral or positive, as the paper reads a rating: after rounding."""
    signs: NDArray[Any] = np.sign(np.rint(values))
    return signs
