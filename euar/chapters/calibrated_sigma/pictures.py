"""Pictures of beliefs and of what a model says about its rows."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.stats import norm

from euar.plots.style import COLORS, DASHES, figure, legend_below


def beliefs(curves: Mapping[str, tuple[float, float]], label: str) -> Figure:
    """Draw normal densities over one axis, the last filled: what follows from the others.

    Args:
        curves: {what the legend says: (mean, variance)}.
        label: of the horizontal axis.
    """
    made, (ax,) = figure(width=6.4, height=2.9)
    mean, sd = (np.array(part) for part in zip(*((m, v**0.5) for m, v in curves.values()), strict=True))
    x = np.linspace((mean - 3 * sd).min(), (mean + 3 * sd).max(), 400)
    for j, name in enumerate(curves):
        density = norm.pdf(x, mean[j], sd[j])
        ax.plot(x, density, color=COLORS[j], ls=DASHES[j], label=name)
    ax.fill_between(x, density, color=COLORS[j], alpha=0.15)
    ax.set(xlabel=label, yticks=[], ylim=(0, None))
    legend_below(made)
    return made


def kept(curves: Mapping[str, ArrayLike], unit: str) -> Figure:
    """Draw the error of the rows that are kept, the surest first, against their share.

    Args:
        curves: {system: the mean error of the k surest rows, for every k (n,)}.
        unit: what the vertical axis says.
    """
    made, (ax,) = figure(width=6.4, height=3.0)
    for j, (name, error) in enumerate(curves.items()):
        error = np.asarray(error)
        share = np.arange(1, len(error) + 1) / len(error)
        few = share >= 0.05  # below, a row more or less moves the mean
        ax.plot(share[few], error[few], color=COLORS[j], ls=DASHES[j], label=name)
    ax.set(xlabel="share of rows that the model answers, the surest first", ylabel=unit, ylim=(0, None))
    legend_below(made)
    return made
