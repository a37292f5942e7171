"""Two systems over the same seeds, and many such comparisons in one table."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euar.experiments.statistics._inputs import Floats, finite, same_shape
from euar.intervals import Interval, t_interval


class PairedT(NamedTuple):
    """A paired comparison.

    Attributes:
        effect: mean difference and its 95 % t-interval.
        p: two-sided, of no difference.
    """

    effect: Interval
    p: float


class Holm(NamedTuple):
    """A table's p-values, corrected for their number.

    Attributes:
        adjusted: p-values in the order given, at most 1.
        stays: bool; where the difference is still significant.
    """

    adjusted: Floats
    stays: NDArray[np.bool_]


def paired_t(ours: ArrayLike, theirs: ArrayLike) -> PairedT:
    """Compare two systems on the same seeds by Student's t.

    `d = ours - theirs`, `t = mean(d) / (sd(d) / √n)`. A seed fixes the order
    of samples and the noise for both systems, so their scores may move together. Pairs are right with or
    without that: where scores are independent, they cost degrees of freedom alone (n - 1 instead of 2n - 2).
    The interval covers other seeds, not other rows; see `bootstrap_interval` for both.

    Args:
        ours: (seeds,), a score each, at least two.
        theirs: (seeds,), in the same order of seeds.

    Returns:
        The effect and p. With n equal differences p is 0, or 1 if all are 0.

    Raises:
        ValueError: different shapes, one seed, or a score that is not finite.

    Source:
        Student (1908), Biometrika 6, 1-25.

    Example:
        >>> found = paired_t([0.71, 0.73, 0.70, 0.74], [0.70, 0.70, 0.69, 0.71])
        >>> found.effect.signed(scale=100, digits=1), round(found.p, 3)
        ('+2.0 [+0.2, +3.8]', 0.041)
    """
    from scipy.stats import t

    ours, theirs = finite("ours", ours, 1, at_least=2), finite("theirs", theirs, 1, at_least=2)
    same_shape(ours=ours, theirs=theirs)
    difference = ours - theirs
    n, error = len(difference), difference.std(ddof=1) / np.sqrt(len(difference))
    with np.errstate(divide="ignore"):
        statistic = difference.mean() / error if difference.any() else 0.0
    return PairedT(t_interval(difference), float(2 * t.sf(abs(statistic), n - 1)))


def holm(p: ArrayLike, alpha: float = 0.05) -> Holm:
    """Correct a table's p-values so that all its findings hold together with probability 1 - alpha.

    With p sorted, `adjusted_(i) = max over j <= i of min(1, (m - j + 1) p_(j))`. It is valid however the
    comparisons depend on each other, as they do where one system is in all rows.

    Args:
        p: (m,), one a comparison, between 0 and 1.
        alpha: the probability of any false finding in the table.

    Raises:
        ValueError: empty, not one axis, or a value outside [0, 1].

    Source:
        Holm (1979), Scandinavian Journal of Statistics 6, 65-70; by statsmodels.

    Example:
        >>> table = holm([0.04, 0.01, 0.03])
        >>> table.adjusted.round(2).tolist(), table.stays.tolist()
        ([0.06, 0.03, 0.06], [False, True, False])
    """
    from statsmodels.stats.multitest import multipletests

    p = finite("p", p, 1)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"p: expected values in [0, 1], found {p.min():.3g} to {p.max():.3g}")
    stays, adjusted, _, _ = multipletests(p, alpha, method="holm")
    return Holm(adjusted, stays)
