"""Whether two systems are equal within a margin, and how fine a comparison can be."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from euar.experiments.statistics._inputs import finite
from euar.intervals import Interval, t_interval


class Equivalence(NamedTuple):
    """Two one-sided tests of a mean difference.

    Attributes:
        effect: mean difference and its 95 % t-interval.
        margin: the largest difference that counts as none, in the unit of the values.
        reach: how far from 0 the 90 % interval reaches; the test holds where it stays within the margin.
        p: the larger of the two one-sided p-values.
        equivalent: p <= 0.05.
        detectable: the difference that so many seeds show with probability 0.8, by `detectable_difference`.
    """

    effect: Interval
    margin: float
    reach: float
    p: float
    equivalent: bool
    detectable: float


def equivalence(differences: ArrayLike, margin: float) -> Equivalence:
    """Test whether a mean difference lies within ±margin (two one-sided t tests, TOST, at 5 %).

    `p = max(P(T >= (mean + margin) / se), P(T >= (margin - mean) / se))`, `se = sd / √n`, T with n - 1
    degrees of freedom. It holds exactly when the 90 % t-interval lies strictly inside ±margin. An interval
    that merely holds 0 shows no equality: with few seeds it holds 0 whatever is true.

    Args:
        differences: (seeds,), paired by seed, at least two.
        margin: above 0; state it before looking.

    Raises:
        ValueError: fewer than two differences, one not finite, or a margin not above 0.

    Source:
        Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Example:
        >>> found = equivalence([0.001, -0.002, 0.003, 0.000, -0.001], margin=0.005)
        >>> found.equivalent, round(found.p, 4), round(found.detectable, 4)
        (True, 0.0025, 0.0032)
    """
    from scipy.stats import t

    differences = finite("differences", differences, 1, at_least=2)
    if not margin > 0:
        raise ValueError(f"margin: expected a number above 0, found {margin}")
    n, mean, sd = len(differences), differences.mean(), differences.std(ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # equal differences: certain, or NaN on the margin
        p = float(t.sf((margin - abs(mean)) / (sd / np.sqrt(n)), n - 1))
    reach = float(abs(mean) + t.ppf(0.95, n - 1) * sd / np.sqrt(n))
    detectable = detectable_difference(n, float(sd))
    return Equivalence(t_interval(differences), margin, reach, p, p <= 0.05, detectable)


def detectable_difference(n: float, sd: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the true mean difference that a paired t test finds with the given power.

    It solves `P(|T| > t_(1 - alpha/2, n - 1)) = power` for the mean `δ`, where T is noncentral t with n - 1
    degrees of freedom and noncentrality `δ √n / sd`.

    Args:
        n: seeds, at least two; or degrees of freedom + 1.
        sd: standard deviation of the differences over seeds; the result has its unit.
        power: probability of finding it.
        alpha: level of the two-sided test.

    Raises:
        ValueError: fewer than two seeds, or an sd below 0.

    Source:
        Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, ch. 2; by statsmodels.

    Example:
        >>> round(detectable_difference(n=10, sd=0.02), 4)
        0.0199
    """
    from statsmodels.stats.power import TTestPower

    if n < 2 or not sd >= 0:
        raise ValueError(f"expected n of at least 2 and sd of at least 0, found n = {n}, sd = {sd}")
    return float(sd * TTestPower().solve_power(effect_size=None, nobs=n, alpha=alpha, power=power))


def detectable(differences: ArrayLike) -> float:
    """Return the `detectable_difference` of as many seeds with as much spread as these; NaN for one.

    What an interval that contains zero does not say, this does: how large a difference could have been seen.

    Args:
        differences: (S,), a difference a seed.

    Example:
        >>> round(detectable([0.01, 0.03, 0.02, 0.04, 0.0]), 4)
        0.0266
    """
    values = finite("differences", differences, 1)
    return detectable_difference(len(values), float(values.std(ddof=1))) if len(values) > 1 else float("nan")
