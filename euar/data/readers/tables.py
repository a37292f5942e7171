"""Tables in text files, read strictly: every row has every column, every number is written as 1.5."""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from euar.data.errors import DataError

MAX_FIELD = 100_000  # characters; the longest transcript of the known sets has 2,000
MAX_BYTES = 2**30


def sniff(path: Path, characters: int = 4096) -> str:
    """Return the beginning of a file as text, or "" if it is not a UTF-8 file; raises nothing."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            return stream.read(characters)
    except (OSError, UnicodeDecodeError):
        return ""


def text(path: Path) -> str:
    """Return a UTF-8 file, with or without a byte order mark.

    Raises:
        DataError: the file is absent, larger than `MAX_BYTES`, empty, in another encoding, or holds NUL.
    """
    try:
        size = path.stat().st_size
        if not 0 < size <= MAX_BYTES:
            raise DataError(path, "file", f"1 to {MAX_BYTES} bytes", f"{size}", "get the file again")
        whole = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "check the path, or convert the file to UTF-8"
        raise DataError(path, "file", "a readable UTF-8 file", str(error), remedy) from error
    if "\0" in whole:
        raise DataError(path, "file", "text without NUL", "NUL", "convert the file to UTF-8")
    return whole


def rows(path: Path, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> list[list[str]]:
    """Return the cells of a table, each row as long as the first.

    Raises:
        DataError: see `text`; or no row, a row of another length, an unclosed quote, or a huge cell.
    """
    stream = io.StringIO(text(path), newline="")
    reader = csv.reader(stream, delimiter=delimiter, quoting=quoting, strict=True)
    table, limit = [], csv.field_size_limit(MAX_FIELD)
    try:
        for row in reader:
            if row and len(row) != len(table[0] if table else row):
                found = f"{len(row)} in line {reader.line_num}"
                remedy = "the file may be truncated: get it again"
                raise DataError(path, "columns", f"{len(table[0])} in every row", found, remedy)
            table += [row] if row else []
    except csv.Error as error:
        found = f"line {reader.line_num}: {error}"
        raise DataError(path, "rows", "a well-formed table", found, "get the file again") from error
    finally:
        csv.field_size_limit(limit)
    if not table:
        raise DataError(path, "rows", "at least one row", "none", "get the file again")
    return table


def columns(path: Path, names: Sequence[str], delimiter: str = ",") -> dict[str, list[str]]:
    """Return the named columns of a table with a header; other columns are left out.

    Raises:
        DataError: see `rows`; or the header lacks a name or has one twice, or no row follows it.
    """
    header, *body = rows(path, delimiter)
    for name in names:
        if header.count(name) != 1:
            found = f"{header.count(name)} of {name!r} in {', '.join(header)[:200]}"
            raise DataError(path, "header", f"each of {', '.join(names)} once", found, "rename the columns")
    if not body:
        raise DataError(path, "rows", "at least one row", "a header alone", "get the file again")
    return {name: [row[header.index(name)] for row in body] for name in names}


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
    """Return cells as float64 (n,); NaN and infinity stay, and an empty cell is NaN.

    Raises:
        DataError: a cell holds something else.
    """
    values = [_number(cell) for cell in cells]
    if None in values:
        raise _no_number(path, column, cells, values.index(None))
    return np.array(values, dtype=np.float64)


def words(path: Path, column: str, cells: Sequence[str], known: dict[str, str]) -> list[str]:
    """Return cells translated by `known`.

    Raises:
        DataError: a cell is no key of `known`.
    """
    for row, cell in enumerate(cells):
        if cell not in known:
            found = f"{cell[:80]!r} in row {row + 1}"
            raise DataError(path, column, f"one of {', '.join(known)}", found, "correct the cell")
    return [known[cell] for cell in cells]


def check_ordered(path: Path, field: str, start: np.ndarray, end: np.ndarray) -> None:
    """Raise when an interval ends before it begins.

    Raises:
        DataError: it names the row.
    """
    wrong = np.flatnonzero(end < start)
    if len(wrong):
        found = f"{start[wrong[0]]:g} to {end[wrong[0]]:g} in row {wrong[0] + 1}"
        raise DataError(path, field, "intervals that end after they begin", found, "correct the times")


def _number(cell: str) -> float | None:
    if not cell.strip():
        return math.nan
    try:
        return None if "_" in cell else float(cell)  # Python reads "1_0" as 10
    except ValueError:
        return None


def _no_number(path: Path, column: str, cells: Sequence[str], row: int) -> DataError:
    found = f"{cells[row][:80]!r} in row {row + 1}"
    remedy = "correct the cell or drop the row"
    return DataError(path, column, "finite numbers with a decimal point", found, remedy)
