"""The judge of the exercises.

An exercise is a function under `@exercise`. It takes an answer apart (`euar.chapters.answers`) and compares
it with the right one and with what typical mistakes give (`expect`). What it raises becomes the hint.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import AnswerError, StubError, array, entries, require, shaped
from euar.chapters.feedback import Feedback


def exercise(praise: str, stub: str = "") -> Callable[[Callable[[Any], None]], Callable[[Any], Feedback]]:
    """Turn a function that raises `AnswerError` on a wrong answer into one that returns the verdict.

    Args:
        praise: the message on a right answer.
        stub: the message where nothing is answered yet; by default the error's own.
    """

    def decorate(check: Callable[[Any], None]) -> Callable[[Any], Feedback]:
        @functools.wraps(check)
        def judged(answer: Any) -> Feedback:
            try:
                check(answer)
            except StubError as error:
                return Feedback(False, stub or str(error))
            except AnswerError as error:
                return Feedback(False, str(error))
            return Feedback(True, praise)

        return judged

    return decorate


def expect(
    found: Any, right: Any, mistakes: Mapping[str, Any], otherwise: str = "", tolerance: float = 1e-3
) -> None:
    """Compare an answer with the right one, then with what typical mistakes give.

    Args:
        found: what `array` takes.
        right: of the same shape, if the answer is right.
        mistakes: {hint: what the mistake gives}, of any shape.
        otherwise: the hint for a difference that no mistake explains; by default it says how large it is.
        tolerance: largest relative difference.

    Raises:
        AnswerError: the answer is not right.
    """
    found, right = array(found), array(right)
    if _close(found, right, tolerance) and not np.isnan(found).any():
        return
    for hint, value in mistakes.items():
        require(not _close(found, array(value), tolerance), hint)
    shaped(found, *right.shape)
    require(_is_truth(found) == _is_truth(right), f"Expected {right.dtype}, found {found.dtype}.")
    require(not np.isnan(found).any(), "Your answer holds NaN.")
    raise AnswerError(otherwise or f"Not yet: off by up to {_off(found, right):.3g}. Try the hint.")


def expect_truths(answer: Any, right: Mapping[str, tuple[bool, str]]) -> None:
    """Compare {statement: whether it holds} with the right one.

    Args:
        answer: the reader's.
        right: {statement: (whether it holds, why)}.

    Raises:
        AnswerError: a statement is missing, or the first that is wrong, with its reason.
    """
    for name, given in entries(answer, right):
        holds, reason = right[name]
        with part(name):
            expect(given, holds, {}, f"Not so. {reason}")


@contextmanager
def part(name: str) -> Iterator[None]:
    """Put the name of a part of the answer before what is wrong with it."""
    try:
        yield
    except AnswerError as error:
        raise type(error)(f"{name}: {error}") from error


def _close(found: NDArray, value: NDArray, tolerance: float) -> bool:
    alike = found.shape == value.shape and _is_truth(found) == _is_truth(value)
    return alike and np.allclose(found, value, rtol=tolerance, equal_nan=True)


def _is_truth(found: NDArray) -> bool:
    return found.dtype == bool


def _off(found: NDArray, right: NDArray) -> float:
    return np.abs(found.astype(float) - right).max()
