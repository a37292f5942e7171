"""What was measured of the other signals: by set and reading; and of the distance, by simulated world.

Letters: S seeds, 1 for what has none.
"""

from collections.abc import Mapping
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.chapters.other_signals import measure
from euar.chapters.other_signals.disagreement import ALL, CHOSEN
from euar.chapters.other_signals.scored import Score
from euar.experiments.store import newest
from euar.intervals import Interval

DISTANCE = "distance"
#: {(name of a result, its signal): what the page calls the reading}.
WORDS: Mapping[tuple[str, str], str] = {
    ("density", "density"): DISTANCE,
    ("default", CHOSEN): "EUAR's experts, chosen",
    ("default", ALL): "EUAR's experts, all",
    ("calibrated", CHOSEN): "calibrated experts, chosen",
    ("calibrated", ALL): "calibrated experts, all",
}


class Evidence(NamedTuple):
    """The newest results.

    Attributes:
        sets: {set: {one of `WORDS`: {test split: its scores}}}.
        worlds: {simulated world: {modality: (S,), the distance's rank correlation with the known noise}}.
    """

    sets: Mapping[str, Mapping[str, Any]]
    worlds: Mapping[str, Mapping[str, NDArray[Any]]]

    def score(self, data: str, reading: str, *path: str) -> Score:
        """Return what stands at a path of a reading's scores: a test split, then keys, see `scored`."""
        found: Score = reduce(getitem, path, self.sets[data][reading])
        return found

    def interval(self, data: str, reading: str, *path: str) -> Interval:
        """Return its mean and the interval over seeds and rows."""
        found = self.score(data, reading, *path)
        return Interval(found["mean"], found["low"], found["high"], len(found["seeds"]))


def measured(root: Path | None = None) -> Evidence:
    """Return the newest results.

    Args:
        root: the folder of all results, see `store`.
    """
    found = newest("other_signals", measure.measurements(), root)
    sets: dict[str, dict[str, Any]] = {}
    for one, result in found:
        for signal, tests in result.get("signals", {}).items():
            sets.setdefault(one.data, {})[WORDS[one.name, signal]] = tests
    levels = {str(one.variant): result["levels"] for one, result in found if "levels" in result}
    worlds = {world: {m: np.array(by) for m, by in each.items()} for world, each in levels.items()}
    return Evidence(sets, worlds)
