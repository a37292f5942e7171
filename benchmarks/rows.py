"""What a benchmark says about one cell, and about its goals, as plain values for JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from benchmarks import floor
from benchmarks.clock import Spread, Times, paired, spread

Row = dict[str, Any]


def row(
    cell: Mapping[str, Any],
    times: Times,
    rivals: Sequence[str],
    floors: Mapping[str, float],
    device: torch.device,
) -> Row:
    """Return what was measured in one cell.

    Args:
        cell: its sizes.
        times: of `compare`; with `floor.MM` among the ways, ratios over the floor are taken, too.
        rivals: the ways that the others are compared with.
        floors: {way: FLOPs of the matrix products that it needs}.
        device: that the times are of.

    Returns:
        `rounds`; `ms` {way: spread}; `ratios` {way: {rival: spread of rival's time / way's}}; `floor_ms`
        {way: milliseconds}; `over_floor` {way: {floor: spread of way's time / that floor}} for all ways.
    """
    of_mm, ways = times.get(floor.MM, []), [way for way in times if way != floor.MM]
    lowest = {name: floor.seconds(flops, of_mm, device) for name, flops in floors.items()}
    return {
        "cell": dict(cell),
        "rounds": len(times[ways[0]]),
        "ms": {way: plain(spread([1e3 * time for time in times[way]])) for way in ways},
        "ratios": ratios({way: times[way] for way in ways}, rivals),
        "floor_ms": {name: spread(low).median * 1e3 for name, low in lowest.items()},
        "over_floor": {
            way: {name: plain(paired(times[way], low)) for name, low in lowest.items()} for way in ways
        },
    }


def ratios(times: Times, rivals: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Return {way: {rival: how many times faster the way is}}, paired by round."""
    there = [rival for rival in rivals if rival in times]
    return {
        way: {rival: plain(paired(times[rival], times[way])) for rival in there if rival != way}
        for way in times
    }


def plain(found: Spread) -> dict[str, float]:
    """Return a spread as a dict."""
    return found._asdict()


def at_least(what: str, found: Mapping[str, float], wanted: float) -> Row:
    """Return whether a median reaches a goal."""
    return {"what": what, "at_least": wanted, "found": dict(found), "met": found["median"] >= wanted}


def at_most(what: str, found: Mapping[str, float], wanted: float) -> Row:
    """Return whether a median stays below a goal."""
    return {"what": what, "at_most": wanted, "found": dict(found), "met": found["median"] <= wanted}


def ahead(what: str, measured: Row, way: str, rival: str, wanted: float) -> Row:
    """Return whether a way is as far ahead of a rival as it should be, and how far its floor would be.

    `at_floor` is what would be found if the way took no longer than its floor; None without one.
    """
    floors = measured["over_floor"].get(rival, {})
    at_floor = floors.get(way.partition(",")[0], {}).get("median")
    return at_least(what, measured["ratios"][way][rival], wanted) | {"at_floor": at_floor}


def lowest(rows: Sequence[Row], ways: Sequence[str], rival: str) -> tuple[Row, str] | None:
    """Return the row and the way that are least ahead of a rival; None without that rival."""
    found = [(row, way) for row in rows for way in ways if rival in row["ratios"].get(way, {})]
    return min(found, key=lambda at: at[0]["ratios"][at[1]][rival]["median"], default=None)


def never_below(rows: Sequence[Row], ways: Sequence[str], rival: str, what: str, wanted: float) -> list[Row]:
    """Judge the shape where ways are least ahead of a rival; [] without that rival."""
    if (worst := lowest(rows, ways, rival)) is None:
        return []
    measured, way = worst
    return [ahead(f"{what}; least: {way} at {name(measured['cell'])}", measured, way, rival, wanted)]


def name(cell: Mapping[str, Any]) -> str:
    """Return a cell in words."""
    letters = {"batch": "B", "experts": "N", "dim": "D"}
    return ", ".join(f"{letters.get(key, key)} = {value}" for key, value in cell.items())
