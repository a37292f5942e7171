"""What an exercise says to an answer."""

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
