"""Confidence intervals over seeds."""

import math
import statistics
from collections.abc import Iterable
from typing import NamedTuple


class Interval(NamedTuple):
    """A mean and its 95 % t-interval; with one value there is no interval and the ends are NaN."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        ends = "no interval from one value" if self.n == 1 else f"95 % [{self.low:.3g}, {self.high:.3g}]"
        return f"{self.mean:.3g}, {ends}, n = {self.n}"


def t_interval(values: Iterable[float]) -> Interval:
    """Return the mean of independent values and its 95 % interval by Student's t.

    For a paired comparison, pass the differences. Over seeds, the interval covers what seeds change (initial
    weights, order, noise), not the choice of the test rows.

    Args:
        values: one per seed, at least one, all finite.

    Raises:
        ValueError: no values, or one that is not finite.
    """
    from scipy.stats import t

    values = [float(v) for v in values]
    if not values or not all(map(math.isfinite, values)):
        raise ValueError(f"values: expected finite numbers, at least one, found {values}")
    n, mean = len(values), statistics.fmean(values)
    half = t.ppf(0.975, n - 1) * statistics.stdev(values) / math.sqrt(n) if n > 1 else math.nan
    return Interval(mean, mean - half, mean + half, n)
