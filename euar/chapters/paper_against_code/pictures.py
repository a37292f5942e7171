"""The picture of "The paper against its code": where rules stop a training."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from euar.plots.curves import curve_panels
from euar.plots.style import COLORS, MARKERS, legend_below


def picks(curves: Mapping[str, Sequence[float]], kept: Mapping[str, int], unit: str) -> Figure:
    """Draw a split's score over epochs on each panel, and the epochs that each rule would keep.

    Args:
        curves: {panel's title: score after each epoch}.
        kept: {rule: the epoch it keeps, counted from 1}.
        unit: what the vertical axes say.
    """
    made = curve_panels({title: {"": values} for title, values in curves.items()}, unit=unit)
    for ax, values in zip(made.axes, curves.values(), strict=True):
        for (rule, epoch), color, marker in zip(kept.items(), COLORS[1:], MARKERS[1:], strict=False):
            ax.plot(epoch, values[epoch - 1], marker, ms=9, mfc="none", mew=2, color=color, label=rule)
    legend_below(made)
    return made
