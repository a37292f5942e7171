"""Tables of the book: rows in, Markdown out, which notebooks and pages lay out."""

from typing import Any


class Table:
    """A table that notebooks show as such and terminals as Markdown.

    Args:
        *rows: the header, then the body; each row has as many cells as the header.

    Raises:
        ValueError: a row has another length than the header.
    """

    def __init__(self, *rows: list[Any]):
        for row in rows:
            if len(row) != len(rows[0]):
                raise ValueError(f"row {row}: expected {len(rows[0])} cells, as the header has")
        self.rows = rows

    def _repr_markdown_(self) -> str:
        head, *body = self.rows
        lines = [head, ["--"] * len(head), *body]
        return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)

    def __repr__(self) -> str:
        return self._repr_markdown_()
