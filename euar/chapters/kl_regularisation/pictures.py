"""Pictures of the KL term: its shape, its tug of war with the task, and what a sweep of its weight did."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike

from euar.plots.style import COLORS, MARKERS, figure

Curves = Mapping[str, ArrayLike]
_DASHES = ("-", "--")


def values_and_slopes(panels: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]]) -> Figure:
    """Draw a function and its derivative over one variable, one panel for each variable.

    Args:
        panels: {what the horizontal axis holds: (grid, value, slope), (S,) each}.
    """
    made, axes = figure(len(panels), width=7.2, height=3.0, sharey=True)
    for ax, (name, (grid, value, slope)) in zip(axes, panels.items(), strict=True):
        ax.axhline(0, color=COLORS[6], linewidth=0.8)
        ax.plot(grid, value, color=COLORS[0], label="KL, nats")
        ax.plot(grid, slope, color=COLORS[1], linestyle="--", label="its slope")
        ax.set(xlabel=name)
    axes[0].legend(frameon=False, fontsize="small")
    return made


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
    groups: Mapping[str, Curves], selected: Sequence[int], limits: Mapping[str, tuple[float, float]]
) -> Figure:
    """Draw quantities over epochs, one panel each, every seed a line; rings mark the selected epochs.

    Args:
        groups: {title of the panel: {label: (seeds, E + 1)}}, from before training to the last epoch; at most
            two labels a panel.
        selected: the epoch that each seed's validation chose, counted from 1.
        limits: {title: lowest and highest value of the vertical axis}; logarithmic if the lowest is above 0.
    """
    made, axes = figure(len(groups), width=9.2, height=3.0)
    for ax, (title, curves) in zip(axes, groups.items(), strict=True):
        for j, (label, rows) in enumerate(curves.items()):
            _seeds(ax, np.asarray(rows), selected, j, label)
        scale = "log" if limits[title][0] > 0 else "linear"
        ax.set(title=title, xlabel="epoch", yscale=scale, ylim=limits[title])
        if len(curves) > 1:
            ax.legend(frameon=False, fontsize="small")
    return made


def against_weight(panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike]]], zero: float) -> Figure:
    """Draw what a sweep ended with against the weight a of one coordinate, one panel a quantity.

    Args:
        panels: {title: {label: (a (S,), values (S,))}}, a point for each seed; at most four labels a panel.
        zero: where to draw a = 0 on the logarithmic axis.
    """
    made, axes = figure(len(panels), width=9.2, height=3.2)
    for ax, (title, groups) in zip(axes, panels.items(), strict=True):
        for j, (label, (weight, values)) in enumerate(groups.items()):
            weight = np.maximum(np.asarray(weight, dtype=float), zero)
            color, marker = COLORS[j // 2], MARKERS[j]
            face = color if j % 2 == 0 else "none"
            ax.plot(weight, values, color=color, marker=marker, mfc=face, linestyle="", label=label)
        ax.set(xscale="log", xlabel="a, per coordinate", title=title)
        ax.set_xticks([zero, 1e-5, 1e-3, 1e-1], ["0", "$10^{-5}$", "$10^{-3}$", "$10^{-1}$"])
        ax.xaxis.set_minor_formatter(NullFormatter())
    axes[0].legend(frameon=False, fontsize="small")
    return made


def factors(changes: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """Draw by what factor each part of a product changed, a row for each setting, a point for each seed.

    Args:
        changes: {setting: {part: (seeds,), last / first}}, drawn top to bottom.
    """
    made, (ax,) = figure(width=7.2, height=1.2 + 0.5 * len(changes))
    for row, parts in enumerate(changes.values()):
        for j, (part, values) in enumerate(parts.items()):
            values = np.asarray(values)
            height = np.full(len(values), row + 0.15 * (j - (len(parts) - 1) / 2))
            style = {"color": COLORS[j], "marker": MARKERS[j], "markersize": 5, "linestyle": ""}
            ax.plot(values, height, label=part if row == 0 else None, **style)
    ax.axvline(1, color=COLORS[6], linewidth=0.8)
    ax.set(xscale="log", xlabel="last epoch / before training")
    ax.set_yticks(range(len(changes)), changes)
    ax.invert_yaxis()
    ax.legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return made


def coordinates(panels: Mapping[str, Sequence[tuple[ArrayLike, ArrayLike]]]) -> Figure:
    """Draw each coordinate's variance against its squared head weight, one panel a setting.

    Args:
        panels: {title: one (w^2 (D,), sigma^2 (D,)) a seed}.
    """
    made, axes = figure(len(panels), width=7.2, height=3.4, sharex=True, sharey=True)
    for ax, (title, seeds) in zip(axes, panels.items(), strict=True):
        for j, (weight, variance) in enumerate(seeds):
            style = {"color": COLORS[j], "marker": MARKERS[j], "markersize": 4, "alpha": 0.7}
            ax.plot(weight, variance, linestyle="", label=f"seed {j}", **style)
        ax.axhline(1, color=COLORS[6], linewidth=0.8)
        ax.set(xscale="log", yscale="log", xlabel="$w^2$", title=title)
    axes[0].set_ylabel(r"$\sigma^2$ of the coordinate")
    axes[0].legend(frameon=False, fontsize="small", loc="lower left")
    return made


def _seeds(ax: Axes, rows: np.ndarray, selected: Sequence[int], j: int, label: str) -> None:
    style = {"color": COLORS[j], "linestyle": _DASHES[j], "linewidth": 1}
    for i, (row, epoch) in enumerate(zip(rows, selected, strict=True)):
        ax.plot(range(len(row)), row, label=label if i == 0 else None, **style)
        ax.plot(epoch, row[epoch], color=COLORS[j], marker=MARKERS[j], mfc="none", markersize=7)
