"""The benchmarks on record, and what they say of themselves."""

from collections.abc import Mapping
from typing import Any

from euar.files import read_json
from euar.resources import resource
from euar.tables import Table
from euar.training import provenance

Record = Mapping[str, Any]

#: The benchmarks in the order of the page.
NAMES = ("layer", "predict", "growth", "skew", "step", "seeds", "row", "memory", "where")

#: Processes that want a core, up to which a benchmark is about the only one.
_QUIET = 1.5


def record(name: str, device: str = "cpu") -> Record:
    """Return what a benchmark found.

    Args:
        name: one of `NAMES`.
        device: `"cpu"` or `"cuda"`.

    Raises:
        FileNotFoundError: it is not on record for that device.
    """
    path = resource(f"results/benchmarks/{device}/{name}.json")
    return read_json(path, f"measure again: euar bench {name}")


def described(*found: Record) -> str:
    """Return where and when records were made, with which code, and how busy the machine was if it was.

    Records of which the same can be said share a line.
    """
    made: dict[str, list[str]] = {}
    for one in found:
        made.setdefault(_made(one), []).append(one["name"])
    return "\n".join(f"euar bench {' '.join(names)}: {how}" for how, names in made.items())


def _made(found: Record) -> str:
    where, code = found["environment"], found["code"]
    older = code["sha256"] != provenance.code(["euar.model.EUARConfig"])["sha256"]
    machine = f"{where['device']}, one thread, torch {where['torch']}"
    changes = " with changes" if code["dirty"] else ""
    when = f"{found['started'][:10]}, commit {str(code['commit'])[:7]}{changes}"
    load = max((load for load in found["load"] if load is not None), default=0)
    busy = f", beside other work (load {load:.1f})" if load > _QUIET else ""
    return f"{machine}, {when}{busy}" + ", measured with older code" * older


def goals(*records: Record) -> Table:
    """Return what was to be reached, what was found (median of the rounds), and whether that is enough.

    The last column has what would be found if our way took no longer than its floor, where that is known.
    """
    rows = [[found["name"], *_judged(goal)] for found in records for goal in found["goals"]]
    return Table(["benchmark", "goal", "wanted", "found", "reached", "at the floor"], *rows)


def _judged(goal: Mapping[str, Any]) -> list[str]:
    wanted = f"≥ {goal['at_least']}" if "at_least" in goal else f"≤ {goal['at_most']}"
    found, at_floor = (f"{x:.3g}" if x else "" for x in (goal["found"]["median"], goal.get("at_floor")))
    return [goal["what"], wanted, found, "yes" if goal["met"] else "no", at_floor]
