"""Do Gaussian experts beat plain and linear ones?"""

from collections.abc import Mapping

from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.findings.benchmarks import BENCHMARKS, LINEAR, PLAIN, gaps
from euar.chapters.findings.wording import (
    AHEAD,
    APART,
    BEHIND,
    Answer,
    between,
    listed,
    reach,
    side,
    standing,
)
from euar.experiments.comparison import Comparison
from euar.experiments.statistics import pool_samples
from euar.experiments.store import age
from euar.intervals import Interval, t_interval
from euar.plots.forest import forest

NAMES = {PLAIN: "plain experts", LINEAR: "linear experts"}
Gaps = Mapping[str, NDArray]


def compared() -> dict[str, Comparison]:
    """Return {data set: the newest results of the default and of other experts}."""
    return {title: benchmark.compared() for title, benchmark in BENCHMARKS.items()}


def leads(known: Mapping[str, Comparison], other: str, noisy: bool = False) -> Gaps:
    """Return {data set: the default minus another in hundredths, (S,)}, where that was measured.

    Args:
        known: see `compared`.
        other: `PLAIN` or `LINEAR`; `"linear"` is the linear model of each data set.
        noisy: see `gaps`; sets without noises are left out.
    """
    found = {}
    for title, one in known.items():
        metric = BENCHMARKS[title].metric
        if noisy and metric != "accuracy":
            continue
        name = next(n for n in one.baselines if n in ("ridge", "logistic")) if other == "linear" else other
        found[title] = gaps(one, name, metric, noisy)
    return {title: values for title, values in found.items() if values is not None}


def pooled(sets: Gaps) -> Interval:
    """Return the mean over sets like these, and its interval, in hundredths."""
    return pool_samples(sets.values()).random


def answer(known: Mapping[str, Comparison]) -> Answer:
    """Return what the results say.

    Args:
        known: see `compared`.
    """
    by_other = {other: leads(known, other) for other in NAMES}
    plain, linear = (pooled(sets) for sets in by_other.values())
    verdict = (
        f"Pooled over sets, post hoc, EUAR is **{standing(plain)}** plain experts "
        f"({plain.signed(1)} hundredths) and **{standing(linear)}** linear ones ({linear.signed(1)}), which "
        f"lack only the Gaussian. On single sets: against plain ones {counts(by_other[PLAIN])}, against "
        f"linear ones {counts(by_other[LINEAR])}{_of_seven(known)}."
    )
    return Answer(verdict, _caption(known, by_other), _undecided(by_other))


def picture(known: Mapping[str, Comparison]) -> Figure:
    """Draw the default's lead on each data set, a mark for each kind of other experts."""
    by_other = {other: leads(known, other) for other in NAMES}
    rows: dict[str, dict[str, NDArray | Interval]] = {
        title: {f"minus {NAMES[other]}": sets[title] for other, sets in by_other.items() if title in sets}
        for title in known
    }
    rows["pooled"] = {f"minus {NAMES[other]}": pooled(sets) for other, sets in by_other.items()}
    return forest(rows, "EUAR's default minus another, hundredths of Acc2 or accuracy", lines={"": 0})


def counts(sets: Gaps, named: bool = True) -> str:
    """Return in words on how many data sets the default is ahead, of how many, and on how many behind.

    Args:
        sets: see `leads`.
        named: with the names of the sets.
    """
    words = {title: standing(t_interval(values)) for title, values in sets.items()}
    ahead, behind = ([title for title in words if words[title] == word] for word in (AHEAD, BEHIND))
    names = [f" ({listed(titles)})" if titles and named else "" for titles in (ahead, behind)]
    return f"ahead on {len(ahead)} of {len(words)}{names[0]}, behind on {len(behind)}{names[1]}"


def _of_seven(known: Mapping[str, Comparison]) -> str:
    found = gaps(known["CMU-MOSI"], PLAIN, "acc7")
    if found is None:
        return ""
    word = standing(t_interval(found))
    return f"; in Acc7 of CMU-MOSI {word} plain ones, before [correction](mosi_deeper.ipynb)"


def _caption(known: Mapping[str, Comparison], by_other: Mapping[str, Gaps]) -> str:
    every = [t_interval(values) for sets in by_other.values() for values in sets.values()]
    above = sum(side(t) > 0 for t in every)
    results = [result for one in known.values() for result in one.values()]
    return f"{above} of {len(every)} intervals lie right of zero. [Measured](ledger.ipynb) {age(results)}."


def _undecided(by_other: Mapping[str, Gaps]) -> str:
    missed = [v for sets in by_other.values() for v in sets.values() if standing(t_interval(v)) == APART]
    if not missed:
        return "every interval over seeds excludes zero; other test rows may differ."
    paper = between([one.lead() for one in BENCHMARKS.values()], 1)
    return f"leads below {reach(missed, 1)} hundredths, by set (four of five tries); the paper's are {paper}."
