"""Claims of the book, checked on every run against one value per seed."""

from collections.abc import Iterable
from typing import NamedTuple

from euar.intervals import Interval, t_interval


class ClaimError(AssertionError):
    """The values do not bear the claim out."""


class Claim(NamedTuple):
    """A claim that held.

    Attributes:
        name: what is claimed, in words.
        effect: mean and 95 % interval over the values.
        bound: where the interval must not reach.
        margin: distance from the nearer end of the interval to the bound, in the unit of the values.
    """

    name: str
    effect: Interval
    bound: float
    margin: float


def claim(
    name: str, values: Iterable[float], *, at_least: float | None = None, at_most: float | None = None
) -> Claim:
    """Check that the 95 % interval of the values' mean lies on the right side of a bound, and print it.

    Args:
        name: what is claimed, in words.
        values: one per seed, at least two.
        at_least: the whole interval must lie at or above it.
        at_most: the whole interval must lie at or below it.

    Raises:
        ClaimError: the interval crosses the bound.
        ValueError: not exactly one bound, fewer than two values, or a value that is not finite.
    """
    if (at_least is None) == (at_most is None):
        raise ValueError(f"claim {name!r}: expected either at_least or at_most, found both or neither")
    effect = t_interval(values)
    if effect.n < 2:
        raise ValueError(f"claim {name!r}: expected at least two values, one per seed, found one")
    sign, bound, word = (1, at_least, ">=") if at_most is None else (-1, at_most, "<=")
    margin = sign * ((effect.low if sign > 0 else effect.high) - bound)
    text = f"{name}: {effect} {word} {bound:.3g}, margin {margin:.3g}"
    if margin < 0:
        raise ClaimError(f"✗ {text}")
    print(f"✓ {text}")  # noqa: T201  the chapter's reader is meant to see it
    return Claim(name, effect, bound, margin)
