"""The picture of the knobs: what each does to the error."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.intervals import Interval
from euar.plots.forest import forest


def errors(effects: Mapping[str, ArrayLike | Interval]) -> Figure:
    """Draw test errors minus that of the reference, one row a change.

    Args:
        effects: {title: a difference for each seed (S,)}.
    """
    rows = {name: {"": values} for name, values in effects.items()}
    return forest(rows, "test error minus that of the reference", lines={"": 0})
