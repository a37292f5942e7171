"""Mutations of tables in text, with or without a header, and of JSON lines."""

import csv
import io
import json
import re
from collections.abc import Callable
from random import Random

from tests.data.readers.fuzz._file import File

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z]\w*|")
_HUGE = 200_000  # characters
_NO_NUMBERS = ("nan", "NaN", "inf", "-inf", "1e300", "9" * 5000, "word", "")


def of(suffix: str) -> dict[str, Callable]:
    """Return the mutations of files with this suffix."""
    if suffix in (".json", ".jsonl"):
        return _ENCODED | {"truncated": _json_cut} | (_LINES if suffix == ".jsonl" else {})
    return _ENCODED | _TABLE


def _letter_cut(file: File, rng: Random) -> bytes | None:
    """Cut inside a letter of several bytes."""
    inside = [place for place, byte in enumerate(file.content) if byte & 0xC0 == 0x80]
    return file.content[: rng.choice(inside)] if inside else None


def _utf16(file: File, _rng: Random) -> bytes:
    return file.content.decode().encode("utf-16")


def _latin(file: File, _rng: Random) -> bytes:
    try:
        return file.content.decode().encode("latin-1")
    except UnicodeEncodeError:
        return file.content.decode().encode("cp1252", errors="replace")


def _json_cut(file: File, rng: Random) -> bytes:
    """Cut inside the last line."""
    text = file.content.decode().rstrip()
    start = text.rfind("\n") + 1
    return text[: rng.randrange(start + 1, len(text))].encode()


def _lines(file: File) -> list[str]:
    return file.content.decode().splitlines()


def _line_repeated(file: File, rng: Random) -> bytes:
    lines = _lines(file)
    return "\n".join([*lines, rng.choice(lines)]).encode()


def _key_dropped(file: File, rng: Random) -> bytes:
    lines = _lines(file)
    place = rng.randrange(len(lines))
    row = json.loads(lines[place])
    del row[rng.choice(sorted(row))]
    lines[place] = json.dumps(row)
    return "\n".join(lines).encode()


class _Table:
    """The cells of a table, and how to write them back."""

    def __init__(self, file: File):
        text = file.content.decode("utf-8-sig")
        self.tab = "\t" in text.partition("\n")[0]
        self.rows = list(csv.reader(io.StringIO(text, newline=""), **self.dialect))
        self.has_header = all(map(_NAME.fullmatch, self.rows[0][0].split(","))) and not any(
            map(_NUMBER.fullmatch, self.rows[0])
        )
        self.body = range(int(self.has_header), len(self.rows))

    @property
    def dialect(self) -> dict:
        return {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if self.tab else {"delimiter": ","}

    def encoded(self) -> bytes:
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator="\n", **self.dialect).writerows(self.rows)
        return stream.getvalue().encode()


def _row_cut(file: File, rng: Random) -> bytes | None:
    """Cut inside the last row, before its last separator."""
    table = _Table(file)
    text = file.content.decode().rstrip("\n")
    start = text.rfind("\n") + 1
    places, quoted = [], False
    for place in range(start, len(text)):
        quoted ^= text[place] == '"' and not table.tab
        places += [place] if text[place] == table.dialect["delimiter"] and not quoted else []
    return text[: rng.randint(start + 1, places[-1])].encode() if places else None


def _header_flipped(file: File, rng: Random) -> bytes | None:
    length = file.content.find(b"\n")
    return file.with_byte(rng.randrange(length), rng.randrange(256)) if _Table(file).has_header else None


def _not_a_number(file: File, rng: Random) -> bytes | None:
    table = _Table(file)
    cells = [(r, c) for r in table.body for c, cell in enumerate(table.rows[r]) if _NUMBER.fullmatch(cell)]
    if not cells:
        return None
    row, column = rng.choice(cells)
    table.rows[row][column] = rng.choice(_NO_NUMBERS)
    return table.encoded()


def _row_repeated(file: File, rng: Random) -> bytes:
    table = _Table(file)
    table.rows.append(table.rows[rng.choice(table.body)])
    return table.encoded()


def _huge_cell(file: File, rng: Random) -> bytes:
    table = _Table(file)
    row = rng.choice(table.rows)
    row[rng.randrange(len(row))] = "x" * _HUGE
    return table.encoded()


def _column_dropped(file: File, rng: Random) -> bytes | None:
    table = _Table(file)
    places = [c for c, name in enumerate(table.rows[0]) if not (table.has_header and name in file.optional)]
    if not places:
        return None
    place = rng.choice(places)
    for row in table.rows:
        del row[place]
    return table.encoded()


def _semicolons(file: File, _rng: Random) -> bytes | None:
    table = _Table(file)
    if table.tab or len(table.rows[0]) < 2:
        return None
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator="\n").writerows(table.rows)
    return stream.getvalue().encode()


_ENCODED = {"cut in a letter": _letter_cut, "in UTF-16": _utf16, "in Latin-1": _latin}
_LINES = {"a row repeated": _line_repeated, "a key dropped": _key_dropped}
_TABLE = {
    "truncated": _row_cut,
    "flipped in the header": _header_flipped,
    "not a number": _not_a_number,
    "a row repeated": _row_repeated,
    "a huge cell": _huge_cell,
    "a column dropped": _column_dropped,
    "separated by semicolons": _semicolons,
}
