"""The picture of the chapter on CMU-MOSI: one score for each set of modalities."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from euar.intervals import t_interval
from euar.plots.style import COLORS, MARKERS, figure


def modality_sets(
    ours: Mapping[str, Sequence[float]], others: Mapping[str, Sequence[float]], unit: str
) -> Figure:
    """Draw a line for each set of modalities: our seeds with their interval, and one mark for each other.

    Args:
        ours: {set: a value for each seed}.
        others: {what the legend says: a value for each set, in the same order}.
        unit: what the horizontal axis says.
    """
    made, (ax,) = figure(width=7, height=1.2 + 0.4 * len(ours))
    heights = np.arange(len(ours))
    found = [t_interval(values) for values in ours.values()]
    reach = [(interval.high - interval.low) / 2 for interval in found]
    means = [interval.mean for interval in found]
    ax.errorbar(means, heights, xerr=reach, fmt=MARKERS[0], color=COLORS[0], capsize=4, label="default")
    for (name, values), color, marker in zip(others.items(), COLORS[1:], MARKERS[1:], strict=False):
        ax.plot(values, heights, marker, color=color, mfc="none", mew=1.5, label=name)
    ax.set(xlabel=unit, yticks=heights, yticklabels=ours)
    ax.invert_yaxis()
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return made
