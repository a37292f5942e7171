"""Figures 3 to 7 of the paper: which cells each has."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from euar.chapters.ledger.corpora import Corpus
from euar.chapters.ledger.course import Course
from euar.chapters.ledger.drawings import PLAIN, Drawn, Measured, draw_3, draw_4, draw_5, draw_6
from euar.chapters.ledger.measure import NUMBERS, ExpertNumber
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
        cells: the table of its cells, of some corpora.
        draw: of that, its metrics and what was found, the figure.
    """

    cells: Callable[[Sequence[Corpus]], Table]
    draw: Callable[[Measured], Drawn]


def figure_3(corpora: Sequence[Corpus]) -> Table:
    """EUAR against plain experts, on every set of modalities and under noise."""
    panels = [
        panel.only(("default", PLAIN))
        for corpus in corpora
        for panel in (noise_panels(corpus) if corpus.noises else _sets(corpus))
    ]
    return Table(name="Figure 3", title="EUAR against MLP experts", panels=tuple(panels))


def figure_4(corpora: Sequence[Corpus]) -> Table:
    """Acc2 over the number of experts."""
    panels = [_numbers(corpus, how) for corpus in _of_table_4(corpora) for how in _WEIGHTS]
    return Table(name="Figure 4", title="The number of experts", panels=tuple(panels))


def figure_5(corpora: Sequence[Corpus]) -> Table:
    """The course of training: the paper's model, without the U-loss, and with plain experts."""
    panels = [_course(corpus) for corpus in _of_table_4(corpora)[:1]]
    return Table(name="Figure 5", title="The course of training", panels=tuple(panels))


def figure_6(corpora: Sequence[Corpus]) -> Table:
    """Joint features, with all modalities and without the sound."""
    panels = [_joints(corpus) for corpus in corpora if "audio" in corpus.modalities]
    return Table(name="Figure 6", title="Joint features, with and without audio", panels=tuple(panels[:1]))


def figure_7(corpora: Sequence[Corpus]) -> Table:
    """Single utterances by their ids, and sentences of our own."""
    whole = [corpus for corpus in corpora if {"text", "audio"} < {*corpus.modalities}]
    panels = [_samples(corpus) for corpus in whole[:1]]
    panels += [_invented(corpus) for corpus in corpora if corpus.words][:1]
    return Table(name="Figure 7", title="Single utterances, and sentences of our own", panels=tuple(panels))


def _sets(corpus: Corpus) -> list[Panel]:
    return [matched_panel(corpus, names) for names in missing_sets(corpus.modalities)]


def _of_table_4(corpora: Sequence[Corpus]) -> list[Corpus]:
    return [corpus for corpus in corpora if "Table 4" in corpus.tables]


def _metrics(corpus: Corpus) -> dict[str, str | None]:
    return dict.fromkeys(corpus.metrics)


def _numbers(corpus: Corpus, how: str) -> Panel:
    rows = {str(n): ExpertNumber(setting=_WEIGHTS[how].format(n), **corpus.watched_as) for n in NUMBERS}
    title = f"{corpus.title}: {how}"
    return Panel(title=title, rows=rows, metrics=_metrics(corpus), ours="8", differs=corpus.differs)


def _course(corpus: Corpus) -> Panel:
    rows = {
        "EUAR, paper": Difference(setting="paper", **corpus.watched_as),
        "without U-loss": Difference(setting="without U", **corpus.watched_as),
        "MLP experts": Course(setting=PLAIN, **corpus.watched_as),
    }
    ours = next(iter(rows))
    return Panel(title=corpus.title, rows=rows, metrics=_metrics(corpus), ours=ours, differs=corpus.differs)


def _joints(corpus: Corpus) -> Panel:
    rows = {name: as_kind(corpus.some, Joint, system=name, without="audio", noises=()) for name in JOINTS}
    return Panel(title=corpus.title, rows=rows, metrics=_metrics(corpus), differs=corpus.differs)


def _samples(corpus: Corpus) -> Panel:
    rows = {name: as_kind(corpus.some, Withheld, system=name) for name in RIVALS}
    return Panel(title=corpus.title, rows=rows, metrics=_metrics(corpus), differs=corpus.differs)


def _invented(corpus: Corpus) -> Panel:
    rows = {name: as_kind(corpus.some, Sentences, system=name) for name in RIVALS}
    title = f"{corpus.title}: sentences of our own"
    return Panel(title=title, rows=rows, metrics=_metrics(corpus), differs=corpus.differs)


FIGURES: Mapping[int, Draft] = {
    3: Draft(figure_3, draw_3),
    4: Draft(figure_4, draw_4),
    5: Draft(figure_5, draw_5),
    6: Draft(figure_6, draw_6),
    7: Draft(figure_7, draw_7),
}
