"""Compare ratios of today with those on record: python -m benchmarks.check [NAME ...].

A reduced set is measured again. A ratio, not a time: another machine of the same kind should show about the
same one. Exit status 1, with a table, if one of ours fell by more than the tolerance.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import NAMES
from benchmarks.record import folder_of, measured, read, say
from benchmarks.rows import name
from euar.training.device import resolve


class Fall(NamedTuple):
    """A ratio on record and its value of today."""

    benchmark: str
    cell: str
    way: str
    recorded: float
    today: float


def pairs(recorded: dict[str, Any], today: dict[str, Any]) -> Iterator[Fall]:
    """Yield each ratio of ours that both hold, cell by cell."""
    known = {name(row["cell"]): row["ratios"] for row in recorded["rows"]}
    over = recorded["over"]
    for row in today["rows"]:
        cell = name(row["cell"])
        for way in recorded["ours"]:
            if over in known.get(cell, {}).get(way, {}):
                values = [ratios[way][over]["median"] for ratios in (known[cell], row["ratios"])]
                yield Fall(recorded["name"], cell, way, *values)


def table(falls: list[Fall]) -> str:
    """Return lines, a column for each field."""
    rows = [("benchmark", "cell", "way", "recorded", "today")]
    rows += [(*fall[:3], f"{fall.recorded:.2f}", f"{fall.today:.2f}") for fall in falls]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure, compare, and return the exit status."""
    options = _options(arguments)
    device = resolve(options.device)
    folder = options.records or folder_of(device)
    files = [folder / f"{each}.json" for each in options.names or NAMES]
    recorded = [read(file) for file in files if file.exists()]
    if not recorded:
        say(
            f"bench-check: no records of {', '.join(f.stem for f in files)} in {folder}; run `euar bench all`"
        )
        return 2
    found = [pair for old in recorded for pair in pairs(old, measured(old["name"], options.cells, device))]
    worse = [fall for fall in found if fall.today < fall.recorded * (1 - options.tolerance)]
    say(f"bench-check: {len(worse)} of {len(found)} ratios fell by more than {options.tolerance:.0%}")
    if worse:
        print(table(worse))  # noqa: T201
    return 1 if worse or not found else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *NAMES], help=", ".join(NAMES))
    parser.add_argument("--device", default="cpu", help="auto, cpu or cuda")
    parser.add_argument("--tolerance", type=float, default=0.25, help="share of a ratio that may be lost")
    parser.add_argument("--records", type=Path, help="their folder; results/benchmarks/<device> by default")
    parser.add_argument("--cells", default="reduced", help="which sizes: reduced, full or quick")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
