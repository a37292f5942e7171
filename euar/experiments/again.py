"""The runs of a row, trained once more: a row lets go of its models, and some questions need them."""

from collections.abc import Sequence

from euar.data import MultimodalDataset
from euar.experiments.row import Row
from euar.training import Run
from euar.training.grid import fit_grid


def again(row: Row, dataset: MultimodalDataset, rates: Sequence[float]) -> list[Run]:
    """Return the run of each seed at the rate that it chose.

    Args:
        row: whose configuration, seeds and recipe count.
        dataset: what it was measured on, as `row.dataset` returns it.
        rates: of each seed, in their order.
    """
    config, runs = row.config(dataset), dict[int, Run]()
    for rate in dict.fromkeys(rates):
        seeds = [seed for seed, chosen in zip(row.seeds, rates, strict=True) if chosen == rate]
        found = fit_grid(config, dataset, rates=(rate,), seeds=seeds, recipe=row.recipe)[rate]
        runs |= dict(zip(seeds, found, strict=True))
    return [runs[seed] for seed in row.seeds]
