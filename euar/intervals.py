"""Confidence intervals over seeds."""

import math
import statistics
from collections.abc import Iterable
from typing import NamedTuple


class Interval(NamedTuple):
    """The mean of n values and its 95 % interval; one value has no t-interval, and its ends are NaN.

    Example:
        >>> print(Interval(mean=0.72, low=0.691, high=0.749, n=4))
        0.72, 95 % [0.691, 0.749], n = 4
    """

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        alone = self.n == 1 and math.isnan(self.low)
        ends = "no interval from one value" if alone else f"95 % [{self.low:.3g}, {self.high:.3g}]"
        return f"{self.mean:.3g}, {ends}, n = {self.n}"

    def signed(self, digits: int = 3, *, scale: float = 1, unit: str = "") -> str:
        """Return mean and ends with their signs, for a table of differences; no ends without an interval.

        Args:
            digits: after the point. A mean that rounds to 0 is +0. An end keeps its sign: [-0.0, +4.1] holds
                0, [+0.0, +4.1] does not.
            scale: factor, such as 100 for points.
            unit: put behind, if any.

        Example:
            >>> Interval(0.018, -0.005, 0.041, 10).signed(1, scale=100, unit="points")
            '+1.8 [-0.5, +4.1] points'
        """
        mean = f"{scale * self.mean:+z.{digits}f}"
        low, high = (f"{scale * end + 0.0:+.{digits}f}" for end in (self.low, self.high))  # -0.0 + 0.0 is 0.0
        ends = "" if math.isnan(self.low) else f"[{low}, {high}]"
        return " ".join(filter(None, (mean, ends, unit)))


def t_interval(values: Iterable[float]) -> Interval:
    """Return the mean of independent values and its 95 % interval by Student's t.

    For a paired comparison, pass the differences. Over seeds, the interval covers what seeds change (initial
    weights, order, noise), not the choice of the test rows.

    Args:
        values: one per seed, at least one, all finite.

    Raises:
        ValueError: no values, or one that is not finite.

    Example:
        >>> print(t_interval([0.71, 0.73, 0.70, 0.74]))
        0.72, 95 % [0.691, 0.749], n = 4
    """
    from scipy.stats import t

    values = [float(v) for v in values]
    if not values or not all(map(math.isfinite, values)):
        raise ValueError(f"values: expected finite numbers, at least one, found {values}")
    n, mean = len(values), statistics.fmean(values)
    half = t.ppf(0.975, n - 1) * statistics.stdev(values) / math.sqrt(n) if n > 1 else math.nan
    return Interval(mean, mean - half, mean + half, n)
