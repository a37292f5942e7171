"""The last check of what a pickle held: every value is of an admitted type, and sharing hides no bomb.

A list may hold another one many times, and that one a third: small in memory, huge when it is copied. So the
size counts each value as often as it is held.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from euar.data.safe_pickle._machine import MAX_DEPTH
from euar.data.safe_pickle._names import STUB, Name, Pending, is_scalar, refusal, unreadable

_REFERENCE = 8  # bytes
_CONTAINERS = (list, tuple, set, dict)


def check(root: object, limit: int) -> None:
    """Raise unless a value is plain data, not too deep, and small even if nothing in it were shared.

    Args:
        root: the value.
        limit: bytes.

    Raises:
        DataError: a value is of another type, holds itself, or is too deep or too large.
    """
    whole = (root,)
    measured: dict[int, tuple[int, int]] = {}  # id of a container or array -> (depth, size)
    opened: set[int] = set()
    stack: list = [whole]
    while stack:
        node = stack[-1]
        waiting = [] if id(node) in measured else _waiting(node, measured)
        if waiting and id(node) in opened:
            raise refusal(f"a {type(node).__name__} that holds itself")
        opened.add(id(node))
        stack += waiting
        if not waiting:
            if id(node) not in measured:
                measured[id(node)] = _measure(node, measured, limit)
            stack.pop()


def _parts(node: Any) -> Iterator[object]:
    return chain(node, node.values()) if type(node) is dict else iter(node)


def _waiting(node: object, measured: dict[int, tuple[int, int]]) -> list:
    """Return the containers in a container that are not measured yet."""
    return [part for part in _parts(node) if type(part) in _CONTAINERS and id(part) not in measured]


def _measure(node: object, measured: dict[int, tuple[int, int]], limit: int) -> tuple[int, int]:
    depth, size = 0, 1
    for part in _parts(node):
        if type(part) is np.ndarray and id(part) not in measured:
            measured[id(part)] = 0, _array_weight(part)  # once, however often it is held
        below, weight = measured.get(id(part)) or (0, _weight(part))
        depth, size = max(depth, below), size + weight
    if depth >= MAX_DEPTH or size > limit:
        found = f"values nested more than {MAX_DEPTH} deep" if depth >= MAX_DEPTH else f"{size} bytes or more"
        raise refusal(f"{found}, far more than the file holds" if size > limit else found)
    return depth + 1, size


def _array_weight(array: np.ndarray) -> int:
    return 1 + (sum(map(_weight, array.ravel().tolist())) if array.dtype.kind == "O" else array.nbytes)


def _weight(leaf: Any) -> int:
    """Return the bytes of a value that holds no other."""
    if leaf is None or leaf is STUB:
        return _REFERENCE
    if not is_scalar(leaf):
        if type(leaf) in (Name, Pending):
            raise refusal(leaf.text)
        raise unreadable(f"a {type(leaf).__name__}")
    return _REFERENCE + (len(leaf) if isinstance(leaf, str | bytes) else 1)
