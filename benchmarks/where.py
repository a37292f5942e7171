"""Where our time goes, at the shapes of goals that were missed: kinds of work, and what is none of them.

A profile tells each operator's own time, without the operators that it calls. It also lengthens every call.
So each operator is charged with the smallest one of the same round, an addition of two numbers; what it takes
beyond is its work. What all works leave of the time without a profile goes into starting them: Python, views,
autograd, and the fixed part of every operator. The clock is that on the wall, as the profiler's is.
"""

from contextlib import nullcontext
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks import trimodal
from benchmarks.clock import Call, Effort, Times, compare, spread, wall
from benchmarks.kinds import KINDS, STARTING, kind_of
from benchmarks.rows import Row, plain, ratios

OURS = ("ours",)
OVER = "rival"


def _cell(of: str, way: str, rival: str, batch: int, experts: int, **more: int) -> Row:
    """A shape of the benchmark `of`, one of whose ways is ours here, and one its rival."""
    sizes = {"batch": batch, "experts": experts, "dim": 128, "k": 3, **more}
    return {"of": of, "way": way, "rival": rival, **sizes}


_TEN = {"seeds": 10, "steps": 8, "epochs": 2}
_TWO = {"seeds": 2, "steps": 1, "epochs": 1, "dim": 8}
CELLS: dict[str, list[Row]] = {
    "full": [
        _cell("layer", "selected", "naive", 16, 128),
        _cell("layer", "selected", "naive", 1024, 32),
        _cell("layer", "selected", "naive", 1024, 128),
        _cell("layer", "all", "naive", 256, 8),
        _cell("layer", "all", "naive", 1024, 32),
        _cell("layer", "all", "naive", 1024, 128),
        _cell("layer", "selected", "dispatcher", 4096, 8),
        _cell("predict", "ours", "naive, means alone", 64, 8),
        _cell("predict", "ours", "naive, means alone", 16, 32),
        _cell("step", "selected", "naive", trimodal.BATCH, 8, steps=16),
        _cell("step", "selected", "naive", trimodal.BATCH, 32, steps=16),
        _cell("seeds", "selected, at once", "naive, one seed", trimodal.BATCH, 8, **_TEN),
        _cell("seeds", "all, at once", "naive, one seed", trimodal.BATCH, 8, **_TEN),
    ],
    "reduced": [
        _cell("layer", "selected", "naive", 16, 128),
        _cell("layer", "all", "naive", 1024, 32),
    ],
    "quick": [
        _cell("layer", "selected", "naive", 4, 4, dim=8),
        _cell("predict", "ours", "naive, means alone", 4, 4, dim=8),
        _cell("step", "all", "naive", trimodal.BATCH, 4, dim=8, steps=2),
        _cell("seeds", "all, at once", "naive, one seed", trimodal.BATCH, 4, **_TWO),
    ],
}


class Profile(NamedTuple):
    """What a profile says of a call.

    Attributes:
        own: {operator: its own seconds a call}.
        often: {operator: how often in a call}.
        started: operators that Python or autograd started in a call, those within operators left out.
        seconds: of a call, the profile's own work included.
    """

    own: dict[str, float]
    often: dict[str, float]
    started: float
    seconds: float


def measure(cell: Row, effort: Effort, device: torch.device) -> list[Row]:
    """Time ours and its rival, and split the time of ours among the kinds of work."""
    there = import_module(f"benchmarks.{cell['of']}").calls(cell, device)
    calls: dict[str, Call] = {"ours": there[cell["way"]], "rival": there[cell["rival"]]}
    with torch.no_grad() if cell["of"] == "predict" else nullcontext():
        times = compare(calls, effort, wall)
        repeats = max(1, round(effort.shortest / float(np.median(times["ours"]))))
        started = {way: round(profiled(call, 1).started) for way, call in calls.items()}
        rounds = [_round(calls["ours"], repeats) for _ in range(effort.least)]
    return [_row(cell, times, rounds) | {"started": started}]


def goals(rows: list[Row]) -> list[Row]:  # noqa: ARG001  as every benchmark has it
    """None: these shapes are those of other benchmarks' goals."""
    return []


def profiled(call: Call, repeats: int) -> Profile:
    """Profile some calls."""
    with profile(activities=[ProfilerActivity.CPU], acc_events=True) as seen:
        seconds = wall(call, repeats)
    table = seen.key_averages()
    return Profile(
        {entry.key: entry.self_cpu_time_total / 1e6 / repeats for entry in table},
        {entry.key: entry.count / repeats for entry in table},
        sum(_is_started(event) for event in seen.events() or ()) / repeats,
        seconds,
    )


def works(found: Profile, smallest: float) -> dict[str, float]:
    """Return {kind: seconds of a call}, `STARTING` left out, for it has no operators.

    Args:
        found: of the call.
        smallest: seconds of the smallest operator under a profile, which every operator is charged with.
    """
    total = dict.fromkeys((kind for kind in KINDS if kind != STARTING), 0.0)
    for name, own in found.own.items():
        if (kind := kind_of(name)) != STARTING:
            total[kind] += max(0.0, own - found.often[name] * smallest)
    return total


class _Round(NamedTuple):
    ours: Profile
    smallest: float  # seconds of the smallest operator, profiled


def _round(call: Call, repeats: int) -> _Round:
    one, other = torch.zeros(1), torch.ones(1)
    smallest = profiled(lambda: one.add_(other), 1000)
    return _Round(profiled(call, repeats), smallest.own["aten::add_"])


def _row(cell: Row, times: Times, rounds: list[_Round]) -> Row:
    whole = float(np.median(times["ours"]))
    parts = [works(*each) for each in rounds]
    parts = [{**part, STARTING: max(0.0, whole - sum(part.values()))} for part in parts]
    return {
        "cell": cell,
        "rounds": len(times["ours"]),
        "profiles": len(rounds),
        "ms": _ms({**times, "ours, profiled": [each.ours.seconds for each in rounds]}),
        "ratios": ratios(times, ("rival",)),
        "parts_ms": _ms({kind: [part[kind] for part in parts] for kind in KINDS}),
        "smallest_us": plain(spread([1e6 * each.smallest for each in rounds])),
    }


def _ms(times: Times) -> dict[str, dict[str, float]]:
    return {name: plain(spread([1e3 * time for time in found])) for name, found in times.items()}


def _is_started(event: Any) -> bool:
    """Whether an event is an operator that no operator has called."""
    parent = event.cpu_parent
    return event.name.startswith("aten::") and not (parent and parent.name.startswith("aten::"))
