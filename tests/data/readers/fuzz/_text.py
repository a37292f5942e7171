"""Mutations of tables in text, with or without a header, and of JSON lines."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from random import Random

from tests.data.readers.fuzz._file import File

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z]\w*|")
_HUGE = 200_000  # characters
_WORDS = (
    "label",
    "group",
    "mode",
    "split",
    "scene27",
    "class10",
    "text,image",
)  # columns of words that mean classes
_POINTERS = ("image", "audio", "rgb", "depth")
_OUTSIDE = (
    "../x.png",
    "/dev/zero",
    "/etc/passwd",
    "~/x.png",
    "file:///etc/passwd",
    ".",
    "a/../../x",
    "x" * 5000,
)
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


def _wide(file: File, rng: Random) -> bytes:
    return file.content.decode().encode(rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")))


def _narrow(file: File, rng: Random) -> bytes:
    encoding = rng.choice(("latin-1", "cp1252", "gb18030"))
    return file.content.decode().encode(encoding, errors="xmlcharrefreplace")


def _marked_utf_7(file: File, _rng: Random) -> bytes:
    return f"\ufeff{file.content.decode('utf-8-sig')}".encode("utf-7")


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


def _line_pointing_out(file: File, rng: Random) -> bytes | None:
    lines = _lines(file)
    place = rng.randrange(len(lines))
    row = json.loads(lines[place])
    if "img" not in row:
        return None
    lines[place] = json.dumps(row | {"img": rng.choice(_OUTSIDE)})
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


def _on_one_cell(
    fits: Callable[[str, str], bool], changed: Callable[[str, Random], str]
) -> Callable[[File, Random], bytes | None]:
    """Return a mutation of one cell that fits, given its column's name, "" without a header."""

    def mutate(file: File, rng: Random) -> bytes | None:
        table = _Table(file)
        names = table.rows[0] if table.has_header else [""] * len(table.rows[0])
        cells = [(r, c) for r in table.body for c, name in enumerate(names) if fits(name, table.rows[r][c])]
        if not cells:
            return None
        row, column = rng.choice(cells)
        table.rows[row][column] = changed(table.rows[row][column], rng)
        return table.encoded()

    return mutate


def _is_number(_name: str, cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _in_another_notation(cell: str, rng: Random) -> str:
    wide = cell.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    others = (
        *(cell.replace(".", ","), cell.replace(".", "\uff0c"), cell.replace("-", "\u2212"), wide),
        *(
            f"{cell}%",
            f"{cell}\uff05",
            f"\u20ac {cell}",
            f"US$ {cell}",
            f"{cell} SEK",
            f"{cell}/5",
            f"{cell}-",
            f"<{cell}",
            f"[{cell}]",
        ),
    )
    return rng.choice([*(other for other in others if other != cell), f"{cell}\u200b"])


def _spelt_otherwise(cell: str, rng: Random) -> str:
    blank = rng.choice("\u200b\u3164\u2800\u034f\u115f\ufe0f")
    others = cell.upper(), cell.title(), f"{cell} ", f"{cell[0]}{blank}{cell[1:]}", f"\ufeff{cell}"
    return rng.choice([*others, unicodedata.normalize("NFD", cell)])


_not_a_number = _on_one_cell(_is_number, lambda _, rng: rng.choice(_NO_NUMBERS))
_other_notation = _on_one_cell(_is_number, _in_another_notation)
_other_spelling = _on_one_cell(lambda name, cell: name in _WORDS and cell[:1].isalpha(), _spelt_otherwise)
_pointer_out = _on_one_cell(lambda name, _: name in _POINTERS, lambda _, rng: rng.choice(_OUTSIDE))


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


def _many_columns(file: File, rng: Random) -> bytes | None:
    """Add columns, thousands of bytes of names, whose cells are empty or numbers."""
    table = _Table(file)
    if not table.has_header:
        return None
    kind, cell = rng.choice(("z{}y", "z_{}", "z{}_0")), rng.choice(("", "1"))
    more = [kind.format(number) for number in range(5000)]
    for row in table.rows:
        row += more if row is table.rows[0] else [cell] * len(more)
    return table.encoded()


def _many_rows(file: File, rng: Random) -> bytes:
    table = _Table(file)
    table.rows += [table.rows[rng.choice(table.body)]] * 20_000
    return table.encoded()


def _semicolons(file: File, _rng: Random) -> bytes | None:
    table = _Table(file)
    if table.tab or len(table.rows[0]) < 2:
        return None
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator="\n").writerows(table.rows)
    return stream.getvalue().encode()


_ENCODED = {
    "cut in a letter": _letter_cut,
    "in UTF-16 or 32": _wide,
    "in Latin-1 or GB 18030": _narrow,
    "in UTF-7": _marked_utf_7,
}
_LINES = {
    "a row repeated": _line_repeated,
    "a key dropped": _key_dropped,
    "a pointer out": _line_pointing_out,
}
_TABLE = {
    "truncated": _row_cut,
    "flipped in the header": _header_flipped,
    "not a number": _not_a_number,
    "a number in another notation": _other_notation,
    "a word spelt otherwise": _other_spelling,
    "a pointer out": _pointer_out,
    "a row repeated": _row_repeated,
    "many rows": _many_rows,
    "many columns": _many_columns,
    "a huge cell": _huge_cell,
    "a column dropped": _column_dropped,
    "separated by semicolons": _semicolons,
}
