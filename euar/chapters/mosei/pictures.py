"""The picture of the chapter on CMU-MOSEI: error against the number of training rows."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from euar.plots.style import COLORS, MARKERS, figure


def learning_curves(curves: Mapping[str, Mapping[int, Sequence[float]]], unit: str) -> Figure:
    """Draw a line for each system through its means, and a small dot for each seed.

    Args:
        curves: {system: {training rows: a value for each seed}}; one value is drawn without dots.
        unit: what the vertical axis says.
    """
    made, (ax,) = figure()
    for (name, points), color, marker in zip(curves.items(), COLORS, MARKERS, strict=False):
        sizes = sorted(points)
        ax.plot(sizes, [np.mean(points[n]) for n in sizes], color=color, marker=marker, label=name)
        for n in sizes:
            if len(points[n]) > 1:
                ax.scatter([n] * len(points[n]), points[n], color=color, s=8, alpha=0.6)
    ax.set(xlabel="training rows", ylabel=unit, xscale="log")
    ticks = sorted({n for points in curves.values() for n in points})
    ax.set_xticks(ticks, [f"{n:,}" for n in ticks])
    ax.minorticks_off()
    ax.legend(frameon=False)
    return made
