"""About how long cells take, from what others like them took on this or another machine."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from euar.experiments import store
from euar.experiments.measurement import Measurement


def seconds(asked: Sequence[Measurement], root: Path | None = None) -> float | None:
    """Return how many seconds some cells take one after the other; None where nothing is known.

    A result tells the pace of its system on its data: seconds a seed, rate and epoch. Where a system was
    never measured on some data, the median of the others on them counts, else that of all.

    Args:
        asked: cells.
        root: the folder of all results.
    """
    known = [r for name in store.experiments(root) for r in store.load_results(name, root) if "runs" in r]
    paces: dict[tuple[str, ...], list[float]] = {}
    for result in known:
        request, pace = result["config"]["request"], result["seconds"] / _work(result["config"]["request"])
        for place in _places(request):
            paces.setdefault(place, []).append(pace)
    if not paces:
        return None
    return sum(_pace(one.request(), paces) * _work(one.request()) for one in asked)


def _pace(request: Mapping[str, Any], paces: Mapping[tuple[str, ...], list[float]]) -> float:
    return median(next(paces[place] for place in _places(request) if place in paces))


def _places(request: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """From the closest to the widest."""
    data = (str(request.get("data")), str(request.get("variant")))
    name = str(request.get("system") or request.get("setting"))
    return (name, *data), data, data[:1], ()


def _work(request: Mapping[str, Any]) -> float:
    seeds, rates = len(request.get("seeds", "1")), len(request.get("rates", "1"))
    return float(seeds * rates * request.get("recipe", {}).get("epochs", 1))
