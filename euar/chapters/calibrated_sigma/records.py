"""What was measured of systems that say how sure they are: by simulated world, and by set of real data.

Letters: S seeds.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma import measure
from euar.chapters.calibrated_sigma.attainable import Attainable
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.experiments.comparison import Comparison, differences
from euar.experiments.row import Row
from euar.experiments.store import newest

Result = Mapping[str, Any]

#: {name of a result: what the page calls it}.
WORDS: Mapping[str, str] = {
    "calibrated": "EUAR, calibrated",
    "calibrated; noisy 0.0": "calibrated, no noise in training",
    "calibrated; views 0.0": "calibrated, modalities not asked",
    "calibrated; likelihood beta-nll": "calibrated, beta-NLL",
    "default": "EUAR",
    "paper": "EUAR, paper",
    "released": "EUAR, released",
    "heteroscedastic": "heteroscedastic",
    "mc-dropout": "MC dropout",
    "deep-ensemble": "deep ensemble",
    "qmf": "QMF",
    "tmc": "TMC",
}
#: Systems that announce nothing, the rivals where only the error counts.
SILENT = ("mlp-experts", "concat", "late-fusion")


class Evidence(NamedTuple):
    """The newest results.

    Attributes:
        worlds: {simulated world: results by name}, those of `SILENT` among them.
        real: {"embedded", "nyud", "mvsa": results by name}.
        silent: {"nyud", "mvsa": {name of `SILENT`: result}}, measured by the same recipe in the chapters on
            these sets, perhaps on another machine, whose picture features differ in the last digits.
        attainable: {"test" or another kind of text: {"plain", "given"}}, of ridge on the raters' SDs.
    """

    worlds: Mapping[str, Comparison]
    real: Mapping[str, Comparison]
    silent: Mapping[str, Mapping[str, Result]]
    attainable: Mapping[str, Mapping[str, float]]


def measured(root: Path | None = None) -> Evidence:
    """Return the newest results, those of the measurement's own requests.

    Args:
        root: the folder of all results, see `store`.
    """
    found = newest("calibrated_sigma", measure.measurements(), root)
    (attainable,) = (result["raters"] for one, result in found if isinstance(one, Attainable))
    asked = [(one, result) for one, result in found if not isinstance(one, Attainable)]
    worlds = {world: {one.name: r for one, r in asked if one.variant == world} for world in measure.WORLDS}
    real = {
        data: {one.name: r for one, r in asked if one.data == data} for data in ("embedded", "nyud", "mvsa")
    }
    return Evidence(
        {world: Comparison(results) for world, results in worlds.items()},
        {data: Comparison(results) for data, results in real.items()},
        {"nyud": _silent("nyud", nyud.measurements(), root), "mvsa": _silent("mvsa", mvsa.rows(), root)},
        attainable,
    )


def trial(result: Result, *path: str) -> NDArray[Any]:
    """Return what stands at a path of each run's trials, (S,); NaN where a system does not say it.

    Args:
        result: of `Simulated` or `Knowing`; the path of the latter begins with a test split.
        *path: keys, see `trials`.
    """
    return np.array([_at(run["trials"], path) for run in result["runs"]], dtype=float)


def gain(ours: Result, theirs: Result, test: str | None = None) -> NDArray[Any]:
    """Return how much better one does than another, paired by seed, (S,): accuracy more, or MAE less.

    Args:
        ours: of a system.
        theirs: of another, on the same rows.
        test: a test split; None is the split as it is.
    """
    metric = metric_of(ours)
    found = differences(ours, theirs, metric, test)
    return found if metric == "accuracy" else -found


def best_rival(of: Mapping[str, Result], test: str | None = None) -> Result:
    """Return which of `SILENT` does best on a test split on average: the test rows choose, in its favour."""
    first = of[SILENT[0]]
    return max((of[name] for name in SILENT), key=lambda result: float(gain(result, first, test).mean()))


def metric_of(result: Result) -> str:
    """Return by which error systems are compared: `"accuracy"` of classes, `"mae"` of ratings."""
    return "accuracy" if "accuracy" in result["runs"][0]["test"] else "mae"


def _silent(name: str, rows: Iterable[Row], root: Path | None) -> dict[str, Result]:
    asked = [row for row in rows if row.modalities is None and row.system in SILENT]
    return {row.system: result for row, result in newest(name, asked, root)}


def _at(trials: Any, path: tuple[str, ...]) -> float:
    for part in path:
        if part not in trials:
            return np.nan
        trials = trials[part]
    return float(trials)
