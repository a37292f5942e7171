"""The runs of a row, trained once more: a row lets go of its models, and some questions need them."""

from collections.abc import Sequence

from euar.data import MultimodalDataset
from euar.experiments.row import Row
from euar.training import Run
from euar.training.grid import fit_pairs


def again(row: Row, dataset: MultimodalDataset, rates: Sequence[float]) -> list[Run]:
    """Return the run of each seed at the rate that it chose.

    Args:
        row: whose configuration, seeds and recipe count.
        dataset: what it was measured on, as `row.dataset` returns it.
        rates: of each seed, in their order.
    """
    asked = list(zip(rates, row.seeds, strict=True))
    found = fit_pairs(row.config(dataset), dataset, asked, recipe=row.recipe)
    return [run for run in found if isinstance(run, Run)]  # all: what was chosen once did not break
