"""Statistics of the book: what a comparison over seeds, rows, systems and sets may claim.

A comparison of two systems on one set: `paired_t` over seeds, or `bootstrap_interval` and
`bootstrap_mean_interval` over seeds and rows. A table of comparisons: `holm`. "No difference":
`equivalence`. How fine a comparison can be: `detectable`. Several sets: `pool`, `rank_systems`.
"""

from euar.experiments.statistics.bootstrap import (
    BootstrapInterval,
    bootstrap_interval,
    bootstrap_mean_interval,
    bootstrap_of_means,
)
from euar.experiments.statistics.equivalence import (
    Equivalence,
    detectable,
    detectable_difference,
    equivalence,
)
from euar.experiments.statistics.paired import Holm, PairedT, holm, paired_t
from euar.experiments.statistics.pooling import Pooled, pool, pool_samples
from euar.experiments.statistics.ranks import Ranks, rank_systems

__all__ = [
    "BootstrapInterval",
    "Equivalence",
    "Holm",
    "PairedT",
    "Pooled",
    "Ranks",
    "bootstrap_interval",
    "bootstrap_mean_interval",
    "bootstrap_of_means",
    "detectable",
    "detectable_difference",
    "equivalence",
    "holm",
    "paired_t",
    "pool",
    "pool_samples",
    "rank_systems",
]
