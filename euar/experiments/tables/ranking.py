"""Systems ranked over panels by their headline metric."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from euar.experiments.statistics import Ranks, rank_systems
from euar.experiments.tables.compared import Compared

#: Metrics of which less is better.
_ERRORS = ("mae",)


class Ranking(NamedTuple):
    """Systems over panels.

    Attributes:
        rows: the systems, best first.
        panels: how many panels they were ranked on.
        ranks: their mean ranks in the order of `rows`, and the critical difference.
    """

    rows: tuple[str, ...]
    panels: int
    ranks: Ranks


def ranking(table: Sequence[Compared]) -> Ranking | None:
    """Return the ranks of the systems that every panel has, over its headline metrics.

    None where fewer than three systems or two panels are there, or all systems are alike.
    Panels on the same data are not independent, so within one set the critical difference is too small.
    """
    heads = [one for one in table if one.metric == one.panel.headline and one.scores]
    shared = [row for row in heads[0].panel.rows if all(row in one.scores for one in heads)] if heads else []
    if len(heads) < 2 or len(shared) < 3:
        return None
    scores = np.array([[_height(one, row) for row in shared] for one in heads])
    if not np.ptp(scores, axis=1).any():  # all alike: nothing is ranked
        return None
    found = rank_systems(scores)
    order = np.argsort(found.mean_ranks, kind="stable")
    return Ranking(
        tuple(shared[i] for i in order), len(heads), found._replace(mean_ranks=found.mean_ranks[order])
    )


def _height(one: Compared, row: str) -> float:
    mean = float(np.mean(one.scores[row]))
    return -mean if one.metric in _ERRORS else mean
