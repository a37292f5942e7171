"""The reader's own part stays in use wherever it passes its check; else the solution stands in for it."""

from collections.abc import Callable
from typing import Any, TypeVar

from euar.chapters.feedback import Feedback

_Part = TypeVar("_Part")


def unless_right(check: Callable[[Any], Feedback], own: _Part) -> Callable[[_Part], _Part]:
    """Return a decorator that gives the reader's part where it is right, and else what it decorates.

    So a reader may run all cells, those of the solutions too, and go on with what they wrote.

    Args:
        check: an exercise.
        own: the reader's class or function.
    """

    def choose(solution: _Part) -> _Part:
        return own if check(own).ok else solution

    return choose
