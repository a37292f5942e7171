"""Words that compare, chosen by an interval, so that they hold whatever is measured next."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from numpy.typing import ArrayLike

from euar.experiments.statistics import detectable
from euar.intervals import Interval

AHEAD, BEHIND, APART = "ahead of", "behind", "not told apart from"


class Answer(NamedTuple):
    """What the page says to one question, each part as Markdown.

    Attributes:
        verdict: in two or three sentences.
        caption: what the picture shows.
        undecided: what could not be decided, and how large a difference would have shown.
    """

    verdict: str
    caption: str
    undecided: str

    @property
    def below(self) -> str:
        """What stands below the picture."""
        return f"*{self.caption}*\n\n**Not decided:** {self.undecided}"


def side(effect: Interval) -> int:
    """Return 1 or -1 where a 95 % interval lies above or below zero; 0 where it holds zero, or is none.

    Example:
        >>> side(Interval(0.4, 0.1, 0.7, 10)), side(Interval(0.4, -0.1, 0.9, 10))
        (1, 0)
    """
    return int(effect.low > 0) - int(effect.high < 0)


def standing(effect: Interval, *, less_is_better: bool = False) -> str:
    """Return whether the first of two is ahead of the other, behind it, or not told apart from it.

    Args:
        effect: the first minus the other.
        less_is_better: of the metric, as of an error.

    Example:
        >>> standing(Interval(-0.03, -0.04, -0.02, 10), less_is_better=True)
        'ahead of'
    """
    return {1: AHEAD, 0: APART, -1: BEHIND}[side(effect) * (-1 if less_is_better else 1)]


def passes(effects: Sequence[bool]) -> str:
    """Return the answer to "does it?", asked several times: yes if always, no if never.

    Raises:
        ValueError: nothing was asked.
    """
    if not effects:
        raise ValueError("effects: expected at least one, found none")
    return "Yes" if all(effects) else "Not reliably" if any(effects) else "No"


def reach(samples: Iterable[ArrayLike], digits: int) -> str:
    """Return the least and the greatest difference that such samples show in four of five tries, in words.

    Args:
        samples: (S,) each, differences paired by seed.
        digits: after the point.
    """
    return between([detectable(sample) for sample in samples], digits)


def between(values: Iterable[float], digits: int) -> str:
    """Return the least and the greatest of some values, in words; one of them if they print alike."""
    values = list(values)
    ends = dict.fromkeys(f"{end:.{digits}f}" for end in (min(values), max(values)))
    return " to ".join(ends)


def listed(names: Sequence[str]) -> str:
    """Return names with commas and an "and"; "none" for none.

    Example:
        >>> listed(["text", "audio", "vision"]), listed([])
        ('text, audio and vision', 'none')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "none"
