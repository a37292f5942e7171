"""What users' own labels mean: ratings, or classes that are called by integers or by words."""

import re
import unicodedata
import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from euar.data import tasks
from euar.data.errors import DataError
from euar.data.readers import tables
from euar.data.readers.own._words import merged

_POINTS = ".,'`\N{MIDDLE DOT}\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}\u066b\u066c"
_SHARES = "%\N{PER MILLE SIGN}\N{ARABIC PERCENT SIGN}"
_ABOUT = "~=\N{TILDE OPERATOR}\N{ALMOST EQUAL TO}\N{PLUS-MINUS SIGN}"
_AROUND = '()[]{}"'
_BOUNDS = "<>\N{LESS-THAN OR EQUAL TO}\N{GREATER-THAN OR EQUAL TO}\u2a7d\u2a7e\u2266\u2267"
#: Letters that belong to a number, and the line between thousands: 1_000.
_ADDED = re.compile(
    r"(?<![a-z])(usd|eur|gbp|jpy|cny|chf|inr|per ?cent|pct)(?![a-z])|[a-z]{1,3}(?=\$)"
    r"|(?<=\d)_(?=\d{3}(?!\d))",
    re.IGNORECASE,
)
#: Of what `_marks` makes of a label: a number; its digits; those with something else before or after them.
_NUMBER = re.compile(
    r"[-+]*(?=\.*0)[0.]+((?:[ed]|[\N{MULTIPLICATION SIGN}*]00\^)[-+]?0+)?-?|0x[0a-f]+|<[-+]*0*\.[0.]+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\.?0(\.?0)*\.?")
_UNIT = re.compile(r"0[/:\u2044]0|0[^-+0]+|[^\W\d_]+\.?-?0")
_LETTER = re.compile(r"[^\W\d_]")
_ERRORS = ("#div/0!", "#name?", "#null!", "#num!", "#ref!", "#value!")  # of spreadsheets, in lower case
_LOST = 1e-3  # of the range of ratings, that rounding to float32 may take


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

    Words are merged as `_words` says. A UserWarning names those that may be meant otherwise: words for no
    value, and numbers with a unit or a bound.

    Raises:
        DataError: a number is not written as -1.5, numbers and words are mixed, there is one class, or
            ratings differ by less than float32 holds.
    """
    numeric = [tables.number(cell) is not None for cell in cells]
    _check_notation(labels, cells, numeric)
    if any(numeric) and not all(numeric):
        row = numeric.index(not numeric[0])
        found = " and ".join(f"{cells[place][:80]!r} in {tables.where(cells, place)}" for place in (0, row))
        raise DataError(labels, "label", "all numbers, or all words", found, "correct the labels")
    if not all(numeric):
        return _as_classes(labels, cells)
    if all(re.fullmatch(r"[+-]?\d{1,18}", cell.strip(), re.ASCII) for cell in cells):
        return _classes(labels, list(map(int, cells)), {tasks.INTEGERS: True})
    return Target(_ratings(labels, cells), {}, {})


def _ratings(labels: Path, cells: Sequence[str]) -> np.ndarray:
    """Return float32; raise where it would make one of ratings that differ, as of 1e-300 and 2e-300."""
    exact = tables.numbers(labels, "label", cells)
    values = exact.astype(np.float32)
    if 0 < _LOST * np.ptp(exact) < np.abs(exact - values).max():
        found = f"{exact.min():g} to {exact.max():g}"
        remedy = "subtract one number from all, or multiply all by a power of ten"
        raise DataError(labels, "label", "ratings that float32 tells apart", found, remedy)
    return values


def _classes(labels: Path, values: Sequence[Any], notes: dict[str, Any]) -> Target:
    names = sorted(set(values))
    if len(names) < 2:
        raise DataError(labels, "label", "at least two classes", repr(names[0])[:80], "add labels")
    number = {name: place for place, name in enumerate(names)}
    found = np.array([number[value] for value in values], dtype=np.int64)
    return Target(found, {"classes": [str(name) for name in names]}, notes)


def _as_classes(labels: Path, cells: Sequence[str]) -> Target:
    """Return words as classes; warn of those that may mean that there is no label."""
    found = merged(labels, "label", cells, "class")
    nothing = (*tables.ABSENT, *_ERRORS)
    if absent := [name for name in sorted(set(found.cells)) if name.casefold() in nothing]:
        text = f"{labels}: label: {absent[0]!r} is a class here; leave rows without a label out"
        warnings.warn(text, stacklevel=2)
    return _classes(labels, found.cells, found.notes)


def _check_notation(labels: Path, cells: Sequence[str], numeric: Sequence[bool]) -> None:
    """Raise at a number that is written in another way than as 1.5: as a word it would be a class."""
    marks = {cell: _marks(cell) for cell, is_number in zip(cells, numeric, strict=True) if not is_number}
    wrong: Collection[str] = {cell for cell, found in marks.items() if _NUMBER.fullmatch(found)}
    if len(marks) > 1 and not any(numeric):
        wrong = wrong or _with_units(labels, marks)
    for row, cell in enumerate(cells):
        if cell in wrong:
            found = f"{cell[:80]!r} in {tables.where(cells, row)}"
            remedy = "write it with a point, the sign - and nothing else; or give the class a name"
            raise DataError(labels, "label", "numbers written as -1.5, or words", found, remedy)


def _with_units(labels: Path, marks: Mapping[str, str]) -> Collection[str]:
    """Return the labels if each is a number with one unit or sign: 1.5 SEK, 4/5.

    Warn of 3 stars, kr 1.5 and <3, and where each holds a number with a point: 1.5 kg beside 2.5 g. A word
    before a whole number is a name, as in class 1.
    """
    shapes = {_DIGITS.sub("0", found).casefold().lstrip("-") for found in marks.values()}
    shape = shapes.pop() if len(shapes) == 1 else ""
    unit, before = _UNIT.fullmatch(shape), shape.startswith("0")  # the number
    parted = ["0.0" in found for found in marks.values()]
    if unit and (not _LETTER.search(shape) or (any(parted) and before)):
        return marks
    if all(parted) or shape == "<0" or (unit and (any(parted) or before)):
        example = next(iter(marks))[:80]
        text = f"{labels}: label: {example!r} and all others are taken for classes; ratings are numbers alone"
        warnings.warn(text, stacklevel=2)
    return ()


def _marks(cell: str) -> str:
    """Return what the letters of a label can be in a number, whatever their width and form."""
    plain = tables.plain(unicodedata.normalize("NFKC", cell))
    return "".join(map(_mark, _ADDED.sub("", plain)))


def _mark(letter: str) -> str:
    """Return what a letter can be in a number: 0, a point, a sign, < for a bound, or nothing for a unit."""
    category = unicodedata.category(letter)
    if category == "Nd":
        return "0"
    if category == "Pd" or letter == "\N{MINUS SIGN}":
        return "-"
    if category in ("Sc", "Cf", "Cc", "Zs") or letter in _SHARES + _ABOUT + _AROUND:
        return ""
    if letter in _BOUNDS:
        return "<"
    return "." if letter in _POINTS else letter
