"""Claims of the book, checked on every run against one value per seed."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from euar.experiments.statistics import equivalence
from euar.intervals import Interval, t_interval


class ClaimError(AssertionError):
    """The values do not bear the claim out."""


class Claim(NamedTuple):
    """A claim that held.

    Attributes:
        name: what is claimed, in words.
        effect: mean and 95 % interval over the values.
        bound: where the interval must not reach.
        margin: distance from the nearer end of the interval to the bound, in the unit of the values; with
            `within`, of the 90 % interval, as `equivalence` has it.
    """

    name: str
    effect: Interval
    bound: float
    margin: float


def claim(
    name: str,
    values: Iterable[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    within: float | None = None,
) -> Claim:
    """Check that the mean of the values lies on the right side of a bound, and print it in a line.

    Args:
        name: what is claimed, in words.
        values: one per seed, at least two.
        at_least: the whole 95 % interval must lie at or above it.
        at_most: the whole 95 % interval must lie at or below it.
        within: no difference: the mean must lie within ±within, a margin stated beforehand, by two one-sided
            t tests at 5 %. Pass signed differences, not their size.

    Raises:
        ClaimError: the interval crosses the bound, or equality within the margin is not shown.
        ValueError: not exactly one bound, fewer than two values, or a value that is not finite.
    """
    kind, bound = _only(name, {"at_least": at_least, "at_most": at_most, "within": within})
    values = [float(value) for value in values]
    effect = t_interval(values)
    if effect.n < 2:
        raise ValueError(f"claim {name!r}: expected at least two values, one per seed, found one")
    holds, margin, words = _JUDGES[kind](values, effect, bound)
    if not holds:
        raise ClaimError(f"✗ {name}: {effect} {words}")
    print(f"✓ {name}: {effect} {words}")  # noqa: T201  the chapter's reader is meant to see it
    return Claim(name, effect, bound, margin)


def _only(name: str, bounds: Mapping[str, float | None]) -> tuple[str, float]:
    given = [(kind, bound) for kind, bound in bounds.items() if bound is not None]
    if len(given) != 1:
        found = " and ".join(kind for kind, _ in given) or "none"
        raise ValueError(f"claim {name!r}: expected one of at_least, at_most and within, found {found}")
    return given[0]


class _Verdict(NamedTuple):
    holds: bool
    margin: float
    words: str


def _at_least(_values: list[float], effect: Interval, bound: float) -> _Verdict:
    margin = effect.low - bound
    return _Verdict(margin >= 0, margin, f">= {bound:.3g}, margin {margin:.3g}")


def _at_most(_values: list[float], effect: Interval, bound: float) -> _Verdict:
    margin = bound - effect.high
    return _Verdict(margin >= 0, margin, f"<= {bound:.3g}, margin {margin:.3g}")


def _within(values: list[float], _effect: Interval, bound: float) -> _Verdict:
    found = equivalence(values, bound)
    words = f"equal within a margin of ±{bound:.3g}, p = {found.p:.2g}"
    return _Verdict(
        found.equivalent, bound - found.reach, f"{words}; detectable difference {found.detectable:.3g}"
    )


_JUDGES = {"at_least": _at_least, "at_most": _at_most, "within": _within}
