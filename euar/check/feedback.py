"""What an exercise's check answers."""

from typing import NamedTuple


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
