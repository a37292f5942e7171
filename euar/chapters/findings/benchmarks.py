"""EUAR's default against the same network with other experts, on the paper's four data sets."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.chapters.measurements import measurements
from euar.data.features import Corruption
from euar.experiments import paper, store
from euar.experiments.comparison import Comparison
from euar.experiments.row import Row

PLAIN, LINEAR = "mlp-experts", "linear-experts"
_COMPARED = ("default", PLAIN, LINEAR)


class Benchmark(NamedTuple):
    """One of the four.

    Attributes:
        experiment: under which its results are kept; also what the paper's tables call it.
        variant: of the data.
        metric: that decides.
        table: of the paper.
    """

    experiment: str
    variant: str | None
    metric: str
    table: str

    def compared(self) -> Comparison:
        """Return the newest results on all rows and modalities, those of other experts where they are."""
        asked = (
            r for r in measurements(self.experiment)[1] if type(r) is Row and r.modalities is r.size is None
        )
        asked = (r for r in asked if r.variant == self.variant and r.system in _COMPARED)
        found = {row.system: result for row, result in store.newest(self.experiment, asked)}
        return Comparison({name: found[name] for name in _COMPARED if name in found})

    def lead(self) -> float:
        """Return the lead of the paper's EUAR on the next best system of its table, in hundredths.

        Raises:
            ValueError: another is ahead.
        """
        found = paper.table(self.table)
        scores = {s: found.fraction(s, f"{self.experiment} {self.metric}") for s in found.rows}
        second, first = sorted(score for score in scores.values() if score is not None)[-2:]
        if first != scores["EUAR"]:
            raise ValueError(f"{self.table}: expected EUAR ahead on {self.experiment}, found {scores}")
        return 100 * (first - second)


BENCHMARKS = {
    "CMU-MOSI": Benchmark("mosi", "official", "acc2", "table-1-video"),
    "CMU-MOSEI (text)": Benchmark("mosei", None, "acc2", "table-1-video"),
    "MVSA-Single": Benchmark("mvsa", None, "accuracy", "table-1-image"),
    "NYU Depth V2": Benchmark("nyud", None, "accuracy", "table-1-image"),
}


def gaps(compared: Comparison, other: str, metric: str, noisy: bool = False) -> NDArray[Any] | None:
    """Return the default minus another, in hundredths, paired by seed, (S,); None where it was not measured.

    Args:
        compared: results on one data set.
        other: a system, or a baseline by its name.
        metric: of the test rows.
        noisy: the mean over the noises on pictures, in place of the rows as they are.
    """
    if other not in (*compared, *compared.baselines):
        return None
    tests: list[str | None] = [None]
    if noisy:
        named = [test for test in compared.first["runs"][0]["others"] if ":" in test]
        tests = [test for test in named if Corruption.parse(test).fits("image")]
    found = [compared.differences("default", other, metric, test) for test in tests]
    mean: NDArray[Any] = 100 * np.mean(found, axis=0)
    return mean
