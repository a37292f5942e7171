"""What an audit found: items with a status, and the report that holds them."""

import textwrap
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "info", "warn", "fail"]
_SIGNS = {"ok": "ok  ", "info": "    ", "warn": "warn", "fail": "FAIL"}
_WIDTH = 100
_COLUMN = 40  # what was looked at; a longer one has a line of its own


@dataclass(frozen=True)
class Item:
    """One thing that was looked at.

    Attributes:
        check: what was looked at, such as "constant columns/video".
        status: "ok"; "info", a fact without a judgement; "warn", to think about; "fail", do not use it so.
        found: what stands there.
        expected: what would have been right, where something is not.
        remedy: what to do, where something is not right.
    """

    check: str
    status: Status
    found: str
    expected: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """The items of one source.

    Attributes:
        source: name of the file, folder or set.
        items: what was looked at.
    """

    source: str
    items: tuple[Item, ...]

    @property
    def status(self) -> Status:
        """The worst of the items; "ok" if none is worse than "info"."""
        found = {item.status for item in self.items}
        return "fail" if "fail" in found else "warn" if "warn" in found else "ok"

    def with_items(self, items: list[Item]) -> "Report":
        """Return the report with more items."""
        return Report(self.source, (*self.items, *items))

    def troubles(self) -> "Report":
        """Return the report with what warns or fails alone."""
        return Report(self.source, tuple(item for item in self.items if item.status in ("warn", "fail")))

    def to_dict(self) -> dict:
        """Return the report as JSON values, the same on every machine."""
        items = [{field: value for field, value in vars(item).items() if value} for item in self.items]
        return {"schema": 1, "source": self.source, "status": self.status, "items": items}

    def to_text(self) -> str:
        """Return the report to read, lines of at most 100 characters."""
        width = min(_COLUMN, max((len(item.check) for item in self.items), default=0))
        lines = [line for item in self.items for line in _lines(item, width)]
        return "\n".join([f"{self.source}: {self.status}", *lines])


def _lines(item: Item, width: int) -> list[str]:
    """Return an item's sign, what was looked at in `width` columns, and what was found beside it."""
    parts = [item.found]
    parts += [f"expected {item.expected}"] * bool(item.expected) + [item.remedy] * bool(item.remedy)
    start = f"{_SIGNS[item.status]}  {item.check:<{width}}  "
    indent, head = " " * (len(_SIGNS[item.status]) + width + 4), []
    if len(item.check) > width:
        head, start = textwrap.wrap(start, _WIDTH, subsequent_indent=" " * 6), indent
    return head + textwrap.wrap("; ".join(parts), _WIDTH, initial_indent=start, subsequent_indent=indent)
