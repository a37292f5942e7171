"""What the measured rows say of each claim of the paper, by one rule.

The paper claims that its system is ahead of another by some lead. With our difference, its 95 % interval and
its p-value, corrected by Holm for all claims of the table:

    confirmed        the interval lies above 0, and the difference survives the correction
    not confirmed    the interval lies below the paper's lead: so large a lead would have shown
    undecidable      the interval holds the paper's lead as well as 0, or the correction takes it back
    not testable     one of the two was not measured, or the paper claims no lead
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeGuard

from euar.experiments.statistics import holm
from euar.experiments.tables.compared import Compared, Effect
from euar.experiments.tables.panels import Panel

CONFIRMED, NOT_CONFIRMED = "confirmed", "not confirmed"
UNDECIDABLE, NOT_TESTABLE = "undecidable", "not testable here"
WORDS = (CONFIRMED, NOT_CONFIRMED, UNDECIDABLE, NOT_TESTABLE)


class Verdict(NamedTuple):
    """What was found of one claim: that ours is ahead of a row by the paper's lead.

    Attributes:
        panel: which.
        metric: of the panel.
        row: the other system.
        lead: the paper's, as a fraction.
        effect: ours minus it; None where it was not measured.
        adjusted: p-value after Holm's correction; NaN without one.
        word: one of `WORDS`.
        why: in a sentence.
    """

    panel: Panel
    metric: str
    row: str
    lead: float
    effect: Effect | None
    adjusted: float
    word: str
    why: str


def verdicts(table: Iterable[Compared]) -> list[Verdict]:
    """Return a verdict for each claim of a table, corrected for their number."""
    claims = [(one, row, lead) for one in table for row, lead in _claims(one)]
    effects = [one.effects.get(row) for one, row, _ in claims]
    p = [one.p for one, (_, _, lead) in zip(effects, claims, strict=True) if _testable(one, lead)]
    adjusted: Iterator[float] = iter(holm(p).adjusted.tolist() if p else [])
    return [
        judge(
            one.panel, one.metric, row, lead, effect, next(adjusted) if _testable(effect, lead) else math.nan
        )
        for (one, row, lead), effect in zip(claims, effects, strict=True)
    ]


def judge(
    panel: Panel, metric: str, row: str, lead: float, effect: Effect | None, adjusted: float
) -> Verdict:
    """Return the verdict on one claim.

    Args:
        panel: which.
        metric: of the panel.
        row: the other system.
        lead: the paper's.
        effect: ours minus it, None where it was not measured.
        adjusted: the p-value after the correction.
    """
    word, why = _judged(lead, effect, adjusted)
    return Verdict(panel, metric, row, lead, effect, adjusted, word, why)


def overall(found: Sequence[Verdict]) -> str:
    """Return the verdict on "ahead of all": that of the weakest of its parts.

    One part that is not confirmed refutes the whole; what is not testable leaves it to the others.

    Example:
        >>> overall([])
        'not testable here'
    """
    count = Counter(one.word for one in found)
    order = (NOT_CONFIRMED, UNDECIDABLE, CONFIRMED)
    return next((word for word in order if count[word]), NOT_TESTABLE)


def _testable(effect: Effect | None, lead: float) -> TypeGuard[Effect]:
    return effect is not None and not math.isnan(effect.p) and lead > 0


def _claims(one: Compared) -> list[tuple[str, float]]:
    leads = {row: one.panel.lead(row, one.metric) for row in one.panel.rows}
    return [(row, lead) for row, lead in leads.items() if lead is not None]


def _judged(lead: float, effect: Effect | None, adjusted: float) -> tuple[str, str]:
    if effect is None:
        return NOT_TESTABLE, "not measured"
    low, high = effect.interval.low, effect.interval.high
    if lead <= 0:
        return NOT_TESTABLE, "the paper claims no lead"
    if math.isnan(low) or math.isnan(adjusted):
        return NOT_TESTABLE, "one seed and no predictions: no interval"
    if low > 0 and adjusted <= 0.05:
        return CONFIRMED, "smaller than the paper's lead" if high < lead else "the interval lies above 0"
    if high < lead:
        return NOT_CONFIRMED, "behind" if high < 0 else "the interval excludes the paper's lead"
    if low > 0:
        return UNDECIDABLE, "above 0, but not after the correction for all claims of the table"
    return UNDECIDABLE, "the interval holds 0 and the paper's lead"
