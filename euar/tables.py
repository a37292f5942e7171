"""Tables of the book: rows in, Markdown out, which notebooks and pages lay out."""

import re
from collections.abc import Sequence
from typing import Any


class Table:
    """A table that notebooks show as such and terminals as Markdown.

    Args:
        *rows: the header, then the body; each row has as many cells as the header. A cell may hold Markdown,
            but no HTML and no picture: names that come from files stay text.

    Raises:
        ValueError: a row has another length than the header.
    """

    def __init__(self, *rows: Sequence[Any]):
        for row in rows:
            if len(row) != len(rows[0]):
                raise ValueError(f"row {row}: expected {len(rows[0])} cells, as the header has")
        self.rows = rows

    def _repr_markdown_(self) -> str:
        head, *body = self.rows
        lines = [head, ["--"] * len(head), *body]
        return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)

    def __repr__(self) -> str:
        return self._repr_markdown_()


def _cell(value: Any) -> str:
    """One line of Markdown that neither ends its cell nor holds HTML or a picture."""
    text = " ".join(str(value).splitlines()).replace("<", "&lt;").replace("![", "!&#91;")
    return re.sub(r"(?<!\\)\|", r"\\|", text)
