"""What was wanted before it was measured, and what was found: a verdict that follows from the intervals."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma.records import Evidence, best_rival, gain, trial
from euar.chapters.cells import unsigned
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.intervals import Interval, t_interval
from euar.tables import Table

OURS = "calibrated"
#: What counts as not worse: a hundredth of accuracy, or of a step of the scale.
MARGIN = 0.01
_MET, _MISSED, _OPEN = "met", "missed", "open"
_NOISES = {"nyud": nyud.NOISES, "mvsa": mvsa.NOISES}
_CALLED = {"nyud": "NYU", "mvsa": "MVSA", "embedded": "tweets"}


class Goal(NamedTuple):
    """One goal, in all the cases that it is asked of.

    Attributes:
        asks: in words.
        wanted: in words.
        low: the mean must not lie below.
        high: the mean must not lie above.
        cases: {in words: a value for each seed (S,)}.
        signed: whether the values are differences.
    """

    asks: str
    wanted: str
    low: float
    high: float
    cases: Mapping[str, NDArray]
    signed: bool = False

    def verdicts(self) -> dict[str, str]:
        """Return {case: "met" where the interval lies within, "missed" where outside, else "open"}."""
        return {case: self._verdict(t_interval(values)) for case, values in self.cases.items()}

    def verdict(self) -> str:
        """Return "met" if all cases are, "missed" if one is, else "open"."""
        found = set(self.verdicts().values())
        return next(word for word in (_MISSED, _OPEN, _MET) if word in found)

    def hardest(self) -> str:
        """Return the case whose interval reaches farthest out, or least far in."""
        room = {case: self._room(t_interval(values)) for case, values in self.cases.items()}
        return min(room, key=room.__getitem__)

    def _verdict(self, found: Interval) -> str:
        if self.low <= found.low and found.high <= self.high:
            return _MET
        return _MISSED if found.high < self.low or found.low > self.high else _OPEN

    def _room(self, found: Interval) -> float:
        return min(found.low - self.low, self.high - found.high)


def goals(of: Evidence) -> list[Goal]:
    """Return the goals that stood before the measurement, with what was found."""
    return [_levels(of), *_corrupted(of), _raters(of), _covered(of), *_errors(of)]


def board(asked: Iterable[Goal]) -> Table:
    """Return a row for each goal: what was wanted, how many cases met it, the hardest case, the verdict."""
    rows = []
    for goal in asked:
        hardest, found = goal.hardest(), list(goal.verdicts().values())
        interval = t_interval(goal.cases[hardest])
        value = interval.signed() if goal.signed else unsigned(interval)
        met = f"{found.count(_MET)} of {len(found)}"
        rows.append([goal.asks, goal.wanted, met, f"{hardest}: {value}", goal.verdict()])
    return Table(["goal", "wanted", "cases that meet it", "hardest case", "verdict"], *rows)


def _levels(of: Evidence) -> Goal:
    cases = {
        f"{world}, {m}": trial(results[OURS], "levels", m)
        for world, results in of.worlds.items()
        for m in results[OURS]["data"]["features"]
    }
    return _at_least("rank correlation with known noise", 0.6, cases)


def _corrupted(of: Evidence) -> list[Goal]:
    rooms, tweets = of.real["nyud"][OURS], of.real["mvsa"][OURS]
    noisy = {m: trial(rooms, "gaussian:10", "auroc", m) for m in rooms["data"]["features"]}
    blanked = {"text": trial(tweets, "blank:5", "auroc", "text")}
    told = {
        f"{_CALLED[data]}, {test}": found
        for data, noises in _NOISES.items()
        for test in noises
        if not np.isnan(found := trial(of.real[data][OURS], test, "named")).any()
    }
    return [
        _at_least("AUROC of noisy against clean pictures, NYU, Gaussian 10", 0.85, noisy),
        _at_least("AUROC of half-blanked against whole texts, MVSA", 0.8, blanked),
        _at_least("noisy modality named", 0.8, told),
    ]


def _raters(of: Evidence) -> Goal:
    found = trial(of.real["embedded"][OURS], "test", "raters", "all", "plain")
    return _at_least("rank correlation with the raters' SD", 0.35, {"tweets": found})


def _covered(of: Evidence) -> Goal:
    cases = {world: trial(results[OURS], "covered") for world, results in of.worlds.items()}
    cases["tweets"] = trial(of.real["embedded"][OURS], "test", "covered")
    return Goal("share of rows in intervals of 90 %", "0.88 to 0.92", 0.88, 0.92, cases)


def _errors(of: Evidence) -> list[Goal]:
    noisy = [(data, test) for data, noises in _NOISES.items() for test in noises]
    rival = {
        f"{_CALLED[data]}, {test}": gain(of.real[data][OURS], best_rival(of.silent[data], test), test)
        for data, test in noisy
    }
    rival |= {world: gain(results[OURS], best_rival(results)) for world, results in of.worlds.items()}
    default = {
        f"{_CALLED[data]}, {test}": gain(of.real[data][OURS], of.real[data]["default"], test)
        for data, test in noisy
    }
    default |= {world: gain(results[OURS], results["default"]) for world, results in of.worlds.items()}
    clean = {_CALLED[data]: gain(results[OURS], results["default"]) for data, results in of.real.items()}
    words = f"at most {MARGIN:g} worse"
    return [
        _gain("under noise, against the best of MLP experts, concat, late fusion", words, -MARGIN, rival),
        _gain("under noise, against EUAR", "better", 0.0, default),
        _gain("clean rows, against EUAR", words, -MARGIN, clean),
    ]


def _at_least(asks: str, bound: float, cases: Mapping[str, NDArray]) -> Goal:
    return Goal(asks, f"at least {bound:g}", bound, math.inf, cases)


def _gain(asks: str, wanted: str, bound: float, cases: Mapping[str, NDArray]) -> Goal:
    return Goal(asks, wanted, bound, math.inf, cases, signed=True)
