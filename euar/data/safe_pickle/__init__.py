"""Pickles, opened without running what they ask for.

A pickle is a program. Only the part that describes data is carried out: `_machine` has the opcodes,
`_names` what may be asked for by name, `_budget` what it may cost, `_graph` what may come out.
"""

import os
import re
from pathlib import Path
from typing import BinaryIO

from euar.data.errors import DataError
from euar.data.regular import regular_file
from euar.data.safe_pickle import _graph
from euar.data.safe_pickle._budget import Budget
from euar.data.safe_pickle._machine import Machine
from euar.data.safe_pickle._names import unreadable

MAX_BYTES = 2**34  # the unaligned CMU-MOSEI features have 12 GB
_SUFFIXES = (".pkl", ".pickle", ".p")
#: How pickles of protocols 0 and 1, which bear no mark, begin: containers, names, texts and numbers.
_OLD = re.compile(rb"\(*(?:[dlt]p\d+\n|[]}]q|[ci][\w.]+\n[\w.]+\n|S['\"]|V[^\n]*\np|[IL]-?\d+L?\n)")


def is_pickle(path: Path) -> bool:
    """Tell whether the first bytes are those of a pickle; raises nothing.

    Protocols 2 to 5 begin with a mark of their own. Older ones are known by their first opcodes, and only in
    files whose suffix is `.pkl`, `.pickle` or `.p`.
    """
    try:
        with regular_file(path) as file:
            head = file.read(512)
    except (DataError, OSError):
        return False
    if re.match(rb"\x80[\x02-\x05]", head):
        return True
    return path.suffix.lower() in _SUFFIXES and _OLD.match(head) is not None


def load(path: Path) -> object:
    """Return the plain data in a pickle: arrays (read-only), numbers, texts, lists, tuples, sets and dicts.

    A `defaultdict` or `OrderedDict` comes as a dict. Text that Python 2 wrote as `str` comes as Latin-1.

    Raises:
        DataError: the file asks for anything else, is damaged, or takes far more memory or steps than its
            size allows.
    """
    try:
        with regular_file(path, most=MAX_BYTES) as file:
            size = os.fstat(file.fileno()).st_size
            budget = Budget(size)
            content = Machine(budget).run(_Bounded(file, size))
            if file.read(1):
                raise unreadable("bytes after the end of the pickle")
        _graph.check(content, budget.memory)
    except DataError as error:
        raise error.at(path) from None
    except Exception as error:
        found = f"{type(error).__name__}: {error}"[:300]
        raise DataError(path, "pickle", "a whole pickle", found, "get the file again") from error
    return content


class _Bounded:
    """A file of which no more is asked than it has, whatever a pickle declares."""

    def __init__(self, file: BinaryIO, size: int):
        self._read, self._size, self.readline = file.read, size, file.readline

    def read(self, size: int) -> bytes:
        return self._read(min(size, self._size))
