"""Figures 3 to 7 of the paper: which cells each has."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from euar.chapters.ledger.course import Course
from euar.chapters.ledger.drawings import PLAIN, Drawn, Measured, draw_3, draw_4, draw_5, draw_6
from euar.chapters.ledger.measure import NUMBERS, ExpertNumber
from euar.chapters.ledger.sources import Source
from euar.chapters.ledger.tables import as_kind, matched_panel, noise_panels
from euar.chapters.ledger.utterances import draw_7
from euar.chapters.paper_against_code.measure import Difference
from euar.data.corruption import missing_sets
from euar.experiments.joint import Joint
from euar.experiments.protocols import Withheld
from euar.experiments.sentences import Sentences
from euar.experiments.tables import Panel, Table

#: Of Figure 6, in the paper's order.
JOINTS = ("concat", PLAIN, "default")
#: Of Figure 7.
RIVALS = ("default", "dicmor")
_WEIGHTS = {"weights of the paper": "N = {}", "weights sum to 1": "N = {}, sum 1"}


class Draft(NamedTuple):
    """How a figure is made.

    Attributes:
        cells: the table of its cells, of some sources.
        draw: of that, its metrics and what was found, the figure.
    """

    cells: Callable[[Sequence[Source]], Table]
    draw: Callable[[Measured], Drawn]


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


FIGURES: Mapping[int, Draft] = {
    3: Draft(figure_3, draw_3),
    4: Draft(figure_4, draw_4),
    5: Draft(figure_5, draw_5),
    6: Draft(figure_6, draw_6),
    7: Draft(figure_7, draw_7),
}
