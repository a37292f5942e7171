"""Every cell of a table of the paper beside ours, and the table in two sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from numpy.typing import NDArray

from euar.chapters.ledger.lines import MATCHED, next_best, pictured, place, said
from euar.chapters.ledger.pictures import Line
from euar.chapters.ledger.trained import trained_scores
from euar.experiments.comparison import called
from euar.experiments.tables import Compared, Verdict
from euar.experiments.tables.printed import Measured
from euar.experiments.tables.verdicts import WORDS
from euar.tables import Table

_HEADS = (
    "data",
    "system",
    "metric",
    "paper",
    "ours, frozen",
    "ours, trained",
    "EUAR minus it",
    "verdict",
    "why",
)


def every_cell(whole: Measured) -> Table:
    """Return what the paper says and what we measured, in hundredths, a line for each cell of the paper.

    Args:
        whole: see `lines.measured`.
    """
    known = {(id(one.panel), one.metric, one.row): one for one in whole.verdicts}
    shown = (one for one in whole.compared if place(one.panel)[-1] == MATCHED)
    return Table(_HEADS, *(line for one in shown for line in _cells(one, known)))


def summary(whole: Measured) -> str:
    """Return how the paper's leads compare with what rows and seeds can tell, and the verdicts, counted.

    Args:
        whole: see `lines.measured`.
    """
    lines = [line for group in pictured(whole).values() for line in group]
    count = Counter(one.word for one in whole.verdicts)
    verdicts = ", ".join(f"{count[word]} {word}" for word in WORDS if count[word])
    return f"{_of_rows(lines)}\n{_of_seeds(lines)}\nclaims of the table: {verdicts or 'none'}"


def _of_rows(lines: Sequence[Line]) -> str:
    pairs = [(line.lead, line.error) for line in lines if line.lead is not None and line.error is not None]
    small = sum(lead < error for lead, error in pairs)
    return f"{small} of {len(pairs)} leads in the picture: smaller than one standard error over the test rows"


def _of_seeds(lines: Sequence[Line]) -> str:
    pairs = [
        (one.lead, one.detectable) for one in lines if one.lead is not None and one.detectable is not None
    ]
    small = sum(lead < detectable for lead, detectable in pairs)
    return f"{small} of {len(pairs)} that stand beside a difference of ours: too small for our seeds to find"


def _cells(one: Compared, known: Mapping[tuple[int, str, str], Verdict]) -> Iterator[tuple[str, ...]]:
    panel = one.panel
    for row, value in said(panel, one.metric).items():
        cell, verdict = panel.rows.get(row), known.get((id(panel), one.metric, row))
        along = None if cell is None else trained_scores(cell, one.metric, panel.tests)
        effect = one.effects.get(row)
        minus = "" if effect is None else effect.interval.signed(1, scale=100)
        word, why = ("", _why(one, row, value)) if verdict is None else (verdict.word, verdict.why)
        scores = _mean(one.scores.get(row)), _mean(along)
        yield panel.title, called(row), one.metric, f"{100 * value:.1f}", *scores, minus, word, why


def _why(one: Compared, row: str, value: float) -> str:
    """Of our own row its lead, and once how its data differ; another without a verdict was not run."""
    if row != one.panel.ours:
        return "not run"
    best = next_best(one.panel, one.metric)
    lead = "" if best is None else f"its lead on the next best: {100 * (value - best):+.1f}"
    differs = one.panel.differs if one.metric == one.panel.headline else ""
    return "; ".join(filter(None, (lead, differs)))


def _mean(values: NDArray | None) -> str:
    return "-" if values is None else f"{100 * values.mean():.1f}"
