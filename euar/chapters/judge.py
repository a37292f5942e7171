"""What an exercise's check answers, and how it compares numbers."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Feedback(NamedTuple):
    """The verdict on an answer.

    Attributes:
        ok: whether the answer is right.
        message: what is right, or what to look at next.
    """

    ok: bool
    message: str

    def __repr__(self) -> str:
        return f"{'✓' if self.ok else '✗'} {self.message}"


EMPTY = Feedback(False, "Write the function first: so far it returns nothing.")


def is_empty(value: object) -> bool:
    """Tell whether a reader's function still returns nothing."""
    return value is None or value is ...


def raised(error: Exception) -> Feedback:
    """Return the feedback on a reader's function that raised."""
    if isinstance(error, NotImplementedError):
        return EMPTY
    return Feedback(False, f"Your function raised {type(error).__name__}: {error}")


def called(answer: Callable[[], Any]) -> Any:
    """Return what a call of the reader's function gives, or the feedback on a stub or on what it raised."""
    try:
        return answer()
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)


def returned(value: Any) -> Any:
    """Return what the reader's function returned.

    Raises:
        NotImplementedError: nothing, so it is a stub.
    """
    if is_empty(value):
        raise NotImplementedError
    return value


def compared(
    found: NDArray, right: NDArray, praise: str, mistakes: Mapping[str, ArrayLike], tolerance: float = 1e-3
) -> Feedback:
    """Compare an array with the right one, then with what typical mistakes give.

    Args:
        found: what the reader's function gives.
        right: of the same shape, if the answer is right.
        praise: the message then.
        mistakes: {hint: what the mistake gives}.
        tolerance: largest relative difference.
    """
    if found.shape != right.shape:
        return Feedback(False, f"Expected shape {right.shape}, found {found.shape}.")
    if np.allclose(found, right, rtol=tolerance):
        return Feedback(True, praise)
    for hint, values in mistakes.items():
        if np.allclose(found, values, rtol=tolerance):
            return Feedback(False, hint)
    return Feedback(False, f"Not yet: off by up to {np.abs(found - right).max():.3g}. Try the hint.")
