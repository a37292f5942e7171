"""A system beside its rivals: what was found, what could have been seen, and words that follow from it."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from euar.chapters.findings.wording import AHEAD, APART, BEHIND, standing
from euar.experiments.statistics import detectable
from euar.experiments.tables.compared import Effect
from euar.intervals import Interval, t_interval
from euar.tables import Table

_WORDS = (AHEAD, BEHIND, APART)
Values = NDArray[Any] | Sequence[float]
#: {rival: the system minus that rival}, paired by seed, (S,), or over seeds and rows.
Leads = Mapping[str, Values | Effect]


def beside(title: str, columns: Mapping[str, Leads], *, scale: float = 1) -> Table:
    """Return a row for each rival: mean and 95 % interval, and the difference that could have been seen.

    Args:
        title: of the column of rivals.
        columns: {heading: the leads of one metric on one test}; all name the same rivals.
        scale: 1 prints three digits after the point; 100 prints hundredths, with one.
    """
    digits = 3 if scale == 1 else 1
    heads = [head for name in columns for head in (name, "could have been seen")]
    rows = [
        [rival, *(cell for leads in columns.values() for cell in _cells(leads[rival], digits, scale))]
        for rival in next(iter(columns.values()))
    ]
    return Table([title, *heads], *rows)


def told(leads: Leads, *, less_is_better: bool = False) -> str:
    """Return in words which rivals a system is ahead of, which it is behind, and which it is not told from.

    Args:
        leads: the system minus each rival.
        less_is_better: of the metric, as of an error.

    Example:
        >>> told({"ridge": [0.3, 0.4, 0.5], "concat": [-0.1, 0.0, 0.1]})
        'ahead of ridge | behind none | not told apart from concat'
    """
    words = {name: standing(_seen(lead)[0], less_is_better=less_is_better) for name, lead in leads.items()}
    return " | ".join(f"{word} {'; '.join(_those(words, word)) or 'none'}" for word in _WORDS)


def _those(words: Mapping[str, str], word: str) -> list[str]:
    return [name for name, found in words.items() if found == word]


def _cells(lead: Values | Effect, digits: int, scale: float) -> tuple[str, str]:
    interval, least = _seen(lead)
    return interval.signed(digits, scale=scale), f"{scale * least:.{digits}f}"


def _seen(lead: Values | Effect) -> tuple[Interval, float]:
    """A difference with its interval, and how large one could have been seen."""
    if isinstance(lead, Effect):
        return lead.interval, lead.detectable
    return t_interval(lead), detectable(lead)
