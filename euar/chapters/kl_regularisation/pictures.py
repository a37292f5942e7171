"""Pictures of the KL term: its shape, its tug of war with the task, and what a sweep of its weight did."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike

from euar.plots.curves import curve_panels
from euar.plots.style import COLORS, MARKERS, figure, legend_below


def landscape(
    mean: ArrayLike, variance: ArrayLike, loss: ArrayLike, lowest: tuple[float, float], title: str
) -> Figure:
    """Draw a loss over |mu| and sigma^2, both axes logarithmic, and mark its lowest point on the grid.

    Args:
        mean: (S,), |mu|.
        variance: (T,), sigma^2.
        loss: (T, S), positive.
        lowest: (|mu|, sigma^2) of the lowest point.
        title: what this landscape is.
    """
    mean, variance, loss = np.asarray(mean), np.asarray(variance), np.asarray(loss)
    made, (ax,) = figure(width=5.2, height=3.9)
    filled = ax.contourf(mean, variance, np.log10(loss), np.linspace(-9, 1, 21), cmap="Blues", extend="both")
    bar = made.colorbar(filled, ax=ax, ticks=range(-9, 2, 2), label="loss")
    bar.ax.set_yticklabels([f"$10^{{{power}}}$" for power in range(-9, 2, 2)])
    below = variance[variance < 1]
    ax.plot(np.sqrt(1 - below), below, color=COLORS[6], linestyle=":", label=r"$\mu^2 + \sigma^2 = 1$")
    ax.plot(*lowest, color=COLORS[1], marker="*", markersize=14, linestyle="", label="lowest", clip_on=False)
    limits = {"xlim": (mean[0], mean[-1]), "ylim": (variance[0], variance[-1])}
    ax.set(xscale="log", yscale="log", xlabel=r"$|\mu|$", ylabel=r"$\sigma^2$", title=title, **limits)
    ax.legend(loc="lower left", fontsize="small")
    return made


def over_epochs(
    groups: Mapping[str, Mapping[str, ArrayLike]],
    selected: Sequence[int],
    limits: Mapping[str, tuple[float, float]],
) -> Figure:
    """Draw quantities over epochs, one panel each, every seed a line; rings mark the selected epochs.

    Args:
        groups: {title of the panel: {label: (seeds, E + 1)}}, from before training to the last epoch.
        selected: the epoch that each seed's validation chose, counted from 1.
        limits: {title: lowest and highest value of the vertical axis}; logarithmic if the lowest is above 0.
    """
    rings = {title: dict.fromkeys(curves, selected) for title, curves in groups.items()}
    epochs = range(next(np.shape(rows)[1] for curves in groups.values() for rows in curves.values()))
    made = curve_panels(groups, epochs, rings=rings)
    for ax, ends in zip(made.axes, limits.values(), strict=True):
        ax.set(ylim=ends, yscale="log" if ends[0] > 0 else "linear")
    return made


def against_weight(
    panels: Mapping[str, Mapping[tuple[str, str], tuple[ArrayLike, ArrayLike]]], zero: float
) -> Figure:
    """Draw what a sweep ended with against the weight a of one coordinate, one panel a quantity.

    The moment gives the colour, and moments stand side by side at each a; the reduction gives the marker.

    Args:
        panels: {title: {(reduction, moment): (a (S,), values (S,))}}, a point for each seed; two moments.
        zero: where to draw a = 0 on the logarithmic axis.
    """
    made, axes = figure(len(panels), width=9.2, height=3.6)
    for ax, (title, groups) in zip(axes, panels.items(), strict=True):
        reductions, moments = (list(dict.fromkeys(names)) for names in zip(*groups, strict=True))
        for (reduction, moment), (weight, values) in groups.items():
            place = moments.index(moment)
            at = np.maximum(np.asarray(weight, dtype=float), zero) * (0.7, 1.4)[place]
            color, marker = COLORS[place], MARKERS[reductions.index(reduction)]
            label = f"{moment}, {reduction} over D"
            ax.plot(at, values, color=color, marker=marker, ms=4.5, mew=0, ls="none", alpha=0.7, label=label)
        ax.set(xscale="log", xlabel="a, per coordinate", title=title)
        ax.set_xticks([zero, 1e-5, 1e-3, 1e-1], ["0", "$10^{-5}$", "$10^{-3}$", "$10^{-1}$"])
        ax.xaxis.set_minor_formatter(NullFormatter())
    legend_below(made)
    return made
