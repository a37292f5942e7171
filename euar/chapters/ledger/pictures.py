"""Pictures of the ledger: a score over the number of experts, and over the epochs of a training."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from euar.intervals import Interval
from euar.plots.style import COLORS, MARKERS, figure


def over_numbers(series: Mapping[str, Mapping[int, Interval]], unit: str) -> Figure:
    """Draw means with 95 % intervals over a number that doubles, such as the number of experts.

    Args:
        series: {what the legend says: {number: interval}}.
        unit: what the vertical axis says.
    """
    made, (ax,) = figure()
    for place, (name, points) in enumerate(series.items()):
        x = np.array(list(points)) * 1.06 ** (place - (len(series) - 1) / 2)  # side by side
        means = [point.mean for point in points.values()]
        reach = [(point.high - point.low) / 2 for point in points.values()]
        style = {"color": COLORS[place], "marker": MARKERS[place], "capsize": 4}
        ax.errorbar(x, means, yerr=reach, label=name, **style)
    numbers = sorted({number for points in series.values() for number in points})
    ax.set(xlabel="number of experts N", ylabel=unit, xscale="log")
    ax.set_xticks(numbers, labels=map(str, numbers))
    ax.minorticks_off()
    ax.legend(frameon=False)
    return made


def over_epochs(curves: Mapping[str, NDArray], unit: str) -> Figure:
    """Draw a score over epochs, a panel for each training: every seed pale, and their mean.

    Args:
        curves: {panel's title: (seeds, epochs)}.
        unit: what the vertical axis says.
    """
    made, axes = figure(len(curves), width=7.2, height=3.2, sharey=True)
    for ax, (title, values), color in zip(axes, curves.items(), COLORS, strict=False):
        epochs = range(1, values.shape[1] + 1)
        ax.plot(epochs, values.T, color=color, lw=0.7, alpha=0.35)
        ax.plot(epochs, values.mean(axis=0), color=color, lw=2.5)
        ax.set(title=title, xlabel="epoch")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylabel(unit)
    return made
