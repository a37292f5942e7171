"""What a pickle may take, in proportion to its file: memory, and steps of work.

Bytes alone are no bound: a short file can ask a thousand times for a set of the same long list, and each time
get a small one. Nor is the number of keys: numbers can be chosen so that each meets half of the others.
"""

from collections.abc import Sequence
from sys import getsizeof

import numpy as np

from euar.data.safe_pickle._names import refusal, unreadable

_OBJECT = 128  # bytes of an array without its elements
_MEETINGS = 128  # how many keys a number can meet, on its way into a dict, in the time of a step


class Budget:
    """The memory and the steps that are left.

    Attributes:
        memory: bytes that may be in memory or, in the graph, would be if nothing were shared.

    Args:
        size: bytes of the file.
    """

    def __init__(self, size: int):
        self.memory = 2**24 + 8 * size
        self._room, self._steps = self.memory, 2**20 + 8 * size

    def spend(self, *values: object) -> None:
        """Take the steps of a walk over each of these values.

        Raises:
            DataError: no steps are left.
        """
        if self._short(1 + sum(map(_length, values))):
            raise refusal("calls that take far more steps than the file has bytes")

    def hash(self, held: int, keys: Sequence[object]) -> None:
        """Take the steps of putting keys beside those that a dict or set has.

        The hashes of texts are random. Those of numbers are not, and so count as if all met all, unless they
        go on counting from where the container ends.

        Raises:
            DataError: no steps are left.
        """
        numbers = [key for key in keys if isinstance(key, int | float)]
        if not numbers or numbers == list(range(held, held + len(numbers))):
            return
        if self._short(len(numbers) * (held + len(numbers)) // _MEETINGS):
            raise unreadable("far more numbers as keys, other than 0, 1, 2, …, than the file has bytes for")

    def keep(self, value: object) -> None:
        """Take the memory of a new value.

        Raises:
            DataError: no memory is left.
        """
        self._room -= _OBJECT + value.nbytes if isinstance(value, np.ndarray) else getsizeof(value)
        if self._room < 0:
            raise refusal("calls or containers that take far more memory than the file")

    def _short(self, steps: int) -> bool:
        self._steps -= steps
        return self._steps < 0


def _length(value: object) -> int:
    """Return how many entries a walk over a value meets."""
    if isinstance(value, np.ndarray):
        return value.size
    return len(value) if isinstance(value, str | bytes | bytearray | list | tuple | dict | set) else 1
