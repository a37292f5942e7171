"""Where our time goes at the shapes of missed goals, as the benchmark `where` found it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
Row = Mapping[str, Any]

PRODUCTS, STARTING = "matrix products", "starting operations"
#: Rows up to which the page calls a batch small.
FEW = 64


def shares(record: Record) -> dict[str, dict[str, float]]:
    """Return {shape in words: {kind of work: its share of our time}}, from medians over the profiles.

    Args:
        record: of the benchmark `where`.
    """
    return {_label(row): _of(row) for row in record["rows"]}


def words(record: Record) -> str:
    """Return in lines which kinds lead, what two of them take of small and of other batches, and the calls.

    Args:
        record: see `shares`.
    """
    return "\n".join(_lines(record["rows"]))


def without_bar(goals: Mapping[str, Sequence[Row]], record: Record) -> list[str]:
    """Return the missed goals whose shape the benchmark did not look into.

    Args:
        goals: {benchmark: its goals}.
        record: see `shares`.
    """
    missed = [(name, goal["what"]) for name, each in goals.items() for goal in each if not goal["met"]]
    cells = [row["cell"] for row in record["rows"]]
    return [what for name, what in missed if not any(_is_of(name, what, cell) for cell in cells)]


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    leaders = Counter(max(found, key=found.__getitem__) for found in map(_of, rows))
    led = ", ".join(f"{kind} {count}" for kind, count in leaders.most_common())
    yield f"largest share, of {len(rows)} bars: {led}"
    few = [row for row in rows if row["cell"]["batch"] <= FEW]
    for title, part in {f"up to {FEW} rows": few, "more rows": [r for r in rows if r not in few]}.items():
        taken = [f"{kind} {_percent([_of(row)[kind] for row in part])}" for kind in (PRODUCTS, STARTING)]
        yield f"{title}: {', '.join(taken)} of our time"
    loops = [row["started"] for row in rows if row["cell"]["rival"].startswith("naive")]
    more = [started["rival"] / started["ours"] for started in loops]
    yield f"operators that the loop starts, over ours: {_times(more)}"
    longer = [row["ms"]["ours, profiled"]["median"] / row["ms"]["ours"]["median"] for row in rows]
    yield f"time under the profile, over time without: {_times(longer)}"


def _of(row: Row) -> dict[str, float]:
    medians = {kind: found["median"] for kind, found in row["parts_ms"].items()}
    return {kind: ms / sum(medians.values()) for kind, ms in medians.items()}


def _label(row: Row) -> str:
    cell = row["cell"]
    way = "" if cell["way"] == "ours" else f", {cell['way']}"
    return f"{cell['of']}{way}: B = {cell['batch']}, N = {cell['experts']}"


def _is_of(benchmark: str, what: str, cell: Mapping[str, Any]) -> bool:
    """Whether a goal of a benchmark, in words, is about a cell's way and shape; `seeds` has one shape."""
    shape = f"B = {cell['batch']}, N = {cell['experts']}"
    way = cell["way"].partition(",")[0]
    there = benchmark == "seeds" or re.search(rf"{shape}\b", what)
    return benchmark == cell["of"] and bool(there and re.search(rf"\b{way}\b", what))


def _percent(values: Sequence[float]) -> str:
    return f"{min(values):.0%} to {max(values):.0%}"


def _times(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}"
