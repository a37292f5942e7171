"""What users' own labels mean: ratings, or classes that are called by integers or by words."""

import re
import unicodedata
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from euar.data import tasks
from euar.data.errors import DataError
from euar.data.readers import tables

_POINTS = ".,'·\N{RIGHT SINGLE QUOTATION MARK}\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC THOUSANDS SEPARATOR}"
_SHARES = "%‰٪"
_UNITS = re.compile(r"(?<![a-z])(usd|eur|gbp|jpy|cny|chf|inr|per ?cent|pct)(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0.]*0[0.]*(e-?0+)?", re.IGNORECASE)  # of what `_mark` makes of letters
_MOST = 20  # classes that a record lists


class Target(NamedTuple):
    """Labels as numbers.

    Attributes:
        values: (n,) classes (int64) or ratings (float32); None without labels.
        meta: the names of classes, if any.
        notes: which words were taken for one class, which classes are almost alike, and `tasks.INTEGERS`.
    """

    values: np.ndarray | None
    meta: dict[str, Any]
    notes: dict[str, Any]


def target(labels: Path, cells: Sequence[str]) -> Target:
    """Return classes where all labels are integers or all are words, ratings where all are other numbers.

    Words that differ in spaces, in letters that nobody sees or in their Unicode normal form are one class.
    Words that differ in case or width are two. Both are noted, and a UserWarning says so.

    Raises:
        DataError: a number is not written as -1.5, numbers and words are mixed, or there is one class.
    """
    numeric = [tables.number(cell) is not None for cell in cells]
    _check_notation(labels, cells, numeric)
    if any(numeric) and not all(numeric):
        row = numeric.index(not numeric[0])
        found = " and ".join(f"{cells[place][:80]!r} in {tables.where(cells, place)}" for place in (0, row))
        raise DataError(labels, "label", "all numbers, or all words", found, "correct the labels")
    if not all(numeric):
        names = _names(cells)
        return _classes(labels, [names[cell] for cell in cells], _notes(labels, names))
    if all(re.fullmatch(r"[+-]?\d{1,18}", cell.strip(), re.ASCII) for cell in cells):
        return _classes(labels, list(map(int, cells)), {tasks.INTEGERS: True})
    return Target(tables.numbers(labels, "label", cells).astype(np.float32), {}, {})


def _classes(labels: Path, values: Sequence[Any], notes: dict[str, Any]) -> Target:
    names = sorted(set(values))
    if len(names) < 2:
        raise DataError(labels, "label", "at least two classes", repr(names[0])[:80], "add labels")
    number = {name: place for place, name in enumerate(names)}
    found = np.array([number[value] for value in values], dtype=np.int64)
    return Target(found, {"classes": [str(name) for name in names]}, notes)


def _check_notation(labels: Path, cells: Sequence[str], numeric: Sequence[bool]) -> None:
    """Raise at a number that is written in another way than as 1.5: as a word it would be a class."""
    for row, cell in enumerate(cells):
        if not numeric[row] and _NUMBER.fullmatch("".join(map(_mark, _UNITS.sub("", cell)))):
            found = f"{cell[:80]!r} in {tables.where(cells, row)}"
            remedy = "write it with a point, the sign - and nothing else; or give the class a name"
            raise DataError(labels, "label", "numbers written as -1.5, or words", found, remedy)


def _mark(letter: str) -> str:
    """Return what a letter can be in a number: 0 for a digit, a point, a sign, or nothing for a unit."""
    category = unicodedata.category(letter)
    if category == "Nd":
        return "0"
    if category == "Pd" or letter in "+\N{MINUS SIGN}":
        return "-"
    if category in ("Sc", "Cf", "Cc", "Zs") or letter in _SHARES or letter in "()":
        return ""
    return "." if letter in _POINTS else letter


def _names(cells: Sequence[str]) -> dict[str, str]:
    """Return {word: name of its class}, which is the commonest of the spellings that look the same."""
    counts = Counter(cells)
    name = {
        plain: min(words, key=lambda word: (-counts[word], word != plain, word)).strip()
        for plain, words in _alike(counts, tables.plain).items()
    }
    return {word: name[tables.plain(word)] for word in counts}


def _notes(labels: Path, names: dict[str, str]) -> dict[str, Any]:
    """Return the spellings of one class, and the classes almost alike, in groups; warn of both."""
    merged = [sorted(words) for words in _alike(names, names.__getitem__).values() if len(words) > 1]
    similar = [sorted(words) for words in _alike(set(names.values()), _folded).values() if len(words) > 1]
    found = {"merged_labels": merged, "similar_labels": similar}
    for groups, what in ((merged, "taken for one class"), (similar, "are classes of their own")):
        if groups:
            words = " and ".join(f"{word[:80]!r}" for word in groups[0][:4])
            more = f" ({len(groups)} such groups)" if len(groups) > 1 else ""
            warnings.warn(f"{labels}: label: {words} {what}{more}", stacklevel=2)
    return {name: groups[:_MOST] for name, groups in found.items() if groups}


def _alike(words: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for word in words:
        found[key(word)].append(word)
    return found


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", tables.plain(word)).casefold()
