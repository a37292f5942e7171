"""Tables in text files, read strictly: every row has every column, every number is written as 1.5."""

import csv
import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import _encodings
from euar.data.regular import read_bytes, regular_file

MAX_FIELD = 100_000  # characters; the longest transcript of the known sets has 2,000
MAX_BYTES = 2**28
MAX_CELLS = 2**24
_LINE = 2**16  # bytes of a first line, to know a file by
MAX_NAME = 1000  # characters of an id or the name of a class; longer ones take long to compare
_ROW = 4  # cells that take as much memory as a row itself, and are counted with it
#: Letters without ink of other kinds than Cf, variation selectors among them.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
#: Words of tables for no value, in lower case; among names of classes they may be names.
ABSENT = ("na", "n/a", "#n/a", "<na>", "nil", "none", "null", "missing", "?")
_NO_HEADER = "let the first line name each column, nothing before it, and put cells with commas in quotes"
_QUOTED = re.compile('"[^"]*"')
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class Row(list[str]):
    """The cells of a row; `line` is the line of the file in which it begins, from 1."""

    __slots__ = ("line",)

    def __init__(self, cells: Iterable[str], line: int):
        super().__init__(cells)
        self.line = line


class Column(list[str]):
    """The cells of a column; `lines` are the lines of the file in which their rows begin."""

    __slots__ = ("lines",)

    def __init__(self, cells: Iterable[str], lines: Sequence[int]):
        super().__init__(cells)
        self.lines = lines


def sniff(path: Path, size: int = _LINE) -> str:
    """Return the first line of a file, of its first bytes, or "" if it cannot be read; raises nothing.

    Other encodings than UTF-8 are guessed, so that their files are recognised, and `text` can name the fault.
    """
    try:
        with regular_file(path) as stream:
            head = stream.read(size)
    except (DataError, OSError):
        return ""
    text = head.decode(_encodings.other(head) or "utf-8-sig", errors="replace")
    return _unified(text).removeprefix("\ufeff").partition("\n")[0].rstrip()


def sniff_names(path: Path) -> list[str]:
    """Return the names in the first line of a table, see `sniff`, whatever separates and surrounds them.

    Files are recognised by them; whether they are separated by commas, `rows` tells.
    """
    line = sniff(path)
    separator = next((letter for letter in (",", *_SEPARATORS) if letter in line), ",")
    try:
        names = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []
    return [name.strip() for name in names]


def text(path: Path) -> str:
    """Return a UTF-8 file, with or without a byte order mark; a UserWarning tells what may be UTF-7 or HZ.

    Raises:
        DataError: the file is absent, no regular file, larger than `MAX_BYTES`, empty, in another encoding,
            or holds NUL.
    """
    content = read_bytes(path, most=MAX_BYTES)
    if not content:
        raise DataError(path, "file", "a text", "0 bytes", "get the file again")
    if encoding := _encodings.other(content):
        raise DataError(path, "file", "text in UTF-8", encoding.upper(), "save the file as UTF-8")
    if b"\0" in content:
        found = "NUL, as in a file that is no text"
        raise DataError(path, "file", "text without NUL", found, "save the file as UTF-8")
    _encodings.warn_of_seven_bits(path, content)
    try:
        return _unified(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"{error} (line {line}): perhaps Latin-1, Windows-1252 or GB 18030"
        raise DataError(path, "file", "text in UTF-8", found, "save the file as UTF-8") from error


def rows(path: Path, delimiter: str = ",", quoting: Literal[0, 1, 2, 3] = csv.QUOTE_MINIMAL) -> list[Row]:
    """Return the cells of a table, each row as long as the first.

    Raises:
        DataError: see `text`; or no row, a row of another length, an unclosed quote, a huge cell, more than
            `MAX_CELLS` cells, or another separator.
    """
    whole = text(path)
    _check_separator(path, whole, delimiter)
    reader = csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    limit = csv.field_size_limit(MAX_FIELD)
    try:
        table = _same_length(path, ((cells, reader.line_num) for cells in reader))
    except csv.Error as error:
        found = f"line {reader.line_num}: {error}"
        raise DataError(path, "rows", "a well-formed table", found, "get the file again") from error
    finally:
        csv.field_size_limit(limit)
    if not table:
        raise DataError(path, "rows", "at least one row", "none", "get the file again")
    return table


def columns(path: Path, names: Sequence[str] | None = None, delimiter: str = ",") -> dict[str, Column]:
    """Return the named columns of a table with a header, None: all; other columns are left out.

    Raises:
        DataError: see `rows`; or the header lacks a name or has one twice, or no row follows it.
    """
    header, *body = rows(path, delimiter)
    names = header if names is None else names
    count, place = Counter(header), {name: number for number, name in enumerate(header)}
    for name in names:
        if count[name] != 1:
            expected = f"each of {', '.join(names)[:200]} once"
            found = f"{count[name]} of {name[:80]!r} in {', '.join(header)[:200]}"
            raise DataError(path, "header", expected, found, "rename the columns")
    if not body:
        raise DataError(path, "rows", "at least one row", "a header alone", "get the file again")
    return {name: column(body, place[name]) for name in names}


def column(table: Sequence[Row], place: int) -> Column:
    """Return one column of some rows, counted from 0."""
    return Column([row[place] for row in table], [row.line for row in table])


def where(cells: Sequence[str], row: int) -> str:
    """Return where the entry of a row, from 0, stands: in which line of a file, else in which row, from 1."""
    return f"line {cells.lines[row]}" if isinstance(cells, Column) else f"row {row + 1}"


def numbers(path: Path, column: str, cells: Sequence[str]) -> np.ndarray:
    """Return cells as float64 (n,), none larger than float32 can hold.

    Raises:
        DataError: a cell is not a finite number, or too large.
    """
    values = measurements(path, column, cells)
    wrong = np.flatnonzero(~(np.abs(values) <= np.finfo(np.float32).max))
    if len(wrong):
        raise _no_number(path, column, cells, wrong[0])
    return values


def measurements(path: Path, column: str, cells: Sequence[str]) -> np.ndarray:
    """Return cells as float64 (n,); NaN and infinity stay; what is empty or one of `ABSENT` is NaN.

    Raises:
        DataError: a cell holds something else.
    """
    values = [math.nan if cell.strip().casefold() in ABSENT else number(cell) for cell in cells]
    if None in values:
        raise _no_number(path, column, cells, values.index(None))
    return np.array(values, dtype=np.float64)


def number(cell: str) -> float | None:
    """Return what a cell holds if it is a number as 1.5 or 2e-3, perhaps NaN or infinity; NaN if empty.

    Python reads more, such as "1_0" and digits of other scripts.
    """
    cell = cell.strip()
    try:
        return (float(cell) if cell.isascii() and "_" not in cell else None) if cell else math.nan
    except ValueError:
        return None


def plain(cell: str) -> str:
    """Return a cell without what nobody sees: other normal forms, spaces and letters of no width."""
    if cell.isascii():
        return " ".join(cell.split())
    letters = (letter for letter in unicodedata.normalize("NFC", cell) if not _is_hidden(letter))
    return " ".join("".join(letters).split())


def check_names(path: Path, column: str, cells: Sequence[str]) -> None:
    """Raise at a cell that names nothing, as an empty one or nan, or is far too long for a name.

    Raises:
        DataError: it names the line.
    """
    for row, cell in enumerate(cells):
        if len(cell) > MAX_NAME:
            expected, found = f"at most {MAX_NAME} characters", f"{len(cell)} in {where(cells, row)}"
            raise DataError(path, column, expected, found, "shorten the cell")
        if plain(cell).casefold() in ("", "nan"):
            found = f"{plain(cell) or 'none'} in {where(cells, row)}"
            remedy = "fill the cell in, or leave the row out"
            raise DataError(path, column, "a value in every row", found, remedy)


def words(path: Path, column: str, cells: Sequence[str], known: dict[str, str]) -> list[str]:
    """Return cells translated by `known`.

    Raises:
        DataError: a cell is no key of `known`.
    """
    for row, cell in enumerate(cells):
        if cell not in known:
            found = f"{cell[:80]!r} in {where(cells, row)}"
            raise DataError(path, column, f"one of {', '.join(known)}", found, "correct the cell")
    return [known[cell] for cell in cells]


def check_ordered(
    path: Path, field: str, start: np.ndarray, end: np.ndarray, cells: Sequence[str] = ()
) -> None:
    """Raise when an interval ends before it begins; `cells` are those of a table that it stands in.

    Raises:
        DataError: it names the line or row.
    """
    wrong = np.flatnonzero(end < start)
    if len(wrong):
        found = f"{start[wrong[0]]:g} to {end[wrong[0]]:g} in {where(cells, wrong[0])}"
        raise DataError(path, field, "intervals that end after they begin", found, "correct the times")


def _same_length(path: Path, found: Iterable[tuple[list[str], int]]) -> list[Row]:
    """Return the rows that are not empty, which must have as many cells as the first.

    Args:
        path: the file, for errors.
        found: the cells of each row, and the line in which it ends.
    """
    table: list[Row] = []
    line, count = 1, 0
    for cells, end in found:
        if cells and len(cells) != len(table[0] if table else cells):
            more = len(cells) > len(table[0])
            remedy = _NO_HEADER if more else "the file may be truncated: get it again"
            raise DataError(
                path, "columns", f"{len(table[0])} in every row", f"{len(cells)} in line {line}", remedy
            )
        if (count := count + len(cells) + _ROW) > MAX_CELLS:
            remedy = "keep large arrays in .npy files"
            raise DataError(path, "rows", f"at most {MAX_CELLS} cells", f"more, up to line {line}", remedy)
        table += [Row(cells, line)] if cells else []
        line = end + 1
    return table


def _check_separator(path: Path, whole: str, delimiter: str) -> None:
    """Raise where the first line has more semicolons, tabs or bars than commas; a comma may be in a name."""
    first, second = (_QUOTED.sub("", line) for line in (*whole.lstrip("\n").split("\n", 2), "")[:2])
    for letter, name in _SEPARATORS.items() if delimiter == "," else ():
        count = first.count(letter)
        if count > first.count(",") and ("," not in first or second.count(letter) >= count):
            remedy = "save it as CSV with commas, and with points in the numbers"
            raise DataError(path, "columns", "columns separated by commas", f"{name}: {first[:80]!r}", remedy)


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or _BLANK.match(letter) is not None


def _unified(text: str) -> str:
    """Return text whose lines end in a newline, as Python reads text files."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_number(path: Path, column: str, cells: Sequence[str], row: int) -> DataError:
    found = f"{cells[row][:80]!r} in {where(cells, row)}"
    remedy = "correct the cell or drop the row"
    return DataError(path, column, "finite numbers with a decimal point", found, remedy)
