"""Systems ranked over sets."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from euar.experiments.statistics._inputs import Floats, finite


class Ranks(NamedTuple):
    """Ranks of systems over sets.

    Attributes:
        mean_ranks: (systems,), 1 is best.
        friedman_p: of all systems being alike; where it is not small, single pairs are not to be read.
        critical_difference: two systems whose mean ranks differ by less are not told apart (Nemenyi, 5 %).
    """

    mean_ranks: Floats
    friedman_p: float
    critical_difference: float


def rank_systems(scores: ArrayLike) -> Ranks:
    """Rank systems on each set, and say which mean ranks differ.

    Friedman: `χ² = 12 N / (k (k + 1)) (Σ R_j² - k (k + 1)² / 4)` with k - 1 degrees of freedom, corrected for
    ties. Nemenyi: `CD = q_(0.95, k, ∞) / √2 · √(k (k + 1) / (6 N))`, q the studentized range. A set counts
    once, whatever its size; with N = 4 sets only large differences show.

    Args:
        scores: (sets N, systems k), at least two sets and three systems; larger is better, so pass -MAE. Ties
            share their mean rank.

    Raises:
        ValueError: fewer sets or systems, or a score that is not finite.

    Source:
        Demšar (2006), Journal of Machine Learning Research 7, 1-30; by SciPy, whose studentized range spares
        a package for one number.

    Example:
        >>> ranks = rank_systems([[0.9, 0.8, 0.7], [0.8, 0.8, 0.6], [0.7, 0.6, 0.5], [0.9, 0.7, 0.8]])
        >>> ranks.mean_ranks.tolist(), round(ranks.critical_difference, 2)
        ([1.125, 2.125, 2.75], 1.66)
    """
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    scores = finite("scores", scores, 2, at_least=3)
    sets, k = scores.shape
    if sets < 2:
        raise ValueError("scores: expected at least two sets, found one")
    ranks = rankdata(-scores, axis=1)
    distance = studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * sets))
    return Ranks(ranks.mean(axis=0), float(friedmanchisquare(*scores.T).pvalue), float(distance))
