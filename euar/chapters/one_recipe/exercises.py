"""Checks of the exercises in "One recipe, one knob at a time": the answers are what was measured."""

from collections.abc import Mapping
from statistics import median

from euar.chapters.answers import entries, require, shaped
from euar.chapters.judge import exercise, part
from euar.chapters.one_recipe.records import directions, measured, unseen

_NEAR = 0.02
_HINTS = {
    "lower": "It errs less: ask what kind of function the head can be.",
    "higher": "It errs more.",
    "same": "The error stays within the margin, though much may change inside.",
}


@exercise("Right, all of them. Losses and gates move much inside, and the error little.")
def moves(answer: Mapping[str, str]) -> None:
    """Check how the test error moves.

    Args:
        answer: {title: "lower", "higher" or "same"}.
    """
    right = directions(measured())
    for name, given in entries(answer, right):
        with part(name):
            require(given in [*_HINTS], 'Answer "lower", "higher" or "same".')
            require(given == right[name], f"Not so. {_HINTS[right[name]]}")


@exercise("Each within two per cent.")
def predictions(answer: Mapping[str, float]) -> None:
    """Check predicted test errors of settings that the page does not show.

    Args:
        answer: {title: mean absolute error}.
    """
    right, off = unseen(measured()), {}
    for name, given in entries(answer, right):
        with part(name):
            off[name] = abs(shaped(given).item() / right[name] - 1)
    worst = max(off, key=off.__getitem__)
    middle = median(off.values())
    words = f"Off by {middle:.1%} at the median, by {off[worst]:.1%} at {worst}: {right[worst]:.3f}."
    require(off[worst] <= _NEAR, words)
