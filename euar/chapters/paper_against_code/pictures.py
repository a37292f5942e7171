"""Pictures of "The paper against its code": what each difference does, and what peeking gains."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from euar.intervals import Interval
from euar.plots.style import COLORS, MARKERS, figure


def effects(rows: Mapping[str, Mapping[str, Interval]], unit: str) -> Figure:
    """Draw a line for each difference: on each data set its mean effect with a 95 % interval, and zero.

    Args:
        rows: {difference: {data set: effect}}.
        unit: what the horizontal axis says.
    """
    made, (ax,) = figure(width=7, height=1 + 0.4 * len(rows))
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    for name, color, marker in zip(names, COLORS, MARKERS, strict=False):
        found = [(height, row[name]) for height, row in enumerate(rows.values()) if name in row]
        shift = 0.28 * (names.index(name) - (len(names) - 1) / 2)
        heights = [height + shift for height, _ in found]
        means = [effect.mean for _, effect in found]
        reach = [(effect.high - effect.low) / 2 for _, effect in found]
        ax.errorbar(means, heights, xerr=reach, fmt=marker, color=color, ms=5, capsize=3, label=name)
    ax.axvline(0, color="black", lw=1, ls="--")
    ax.set(xlabel=unit, yticks=range(len(rows)), yticklabels=rows)
    ax.invert_yaxis()
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return made


def picks(curves: Mapping[str, Sequence[float]], kept: Mapping[str, int], unit: str) -> Figure:
    """Draw a split's score over epochs on each panel, and the epochs that each rule would keep.

    Args:
        curves: {panel's title: score after each epoch}.
        kept: {rule: the epoch it keeps, counted from 1}.
        unit: what the vertical axes say.
    """
    made, axes = figure(len(curves), width=7.2, height=3.2)
    for ax, (title, values) in zip(axes, curves.items(), strict=True):
        ax.plot(range(1, len(values) + 1), values, color=COLORS[-1], lw=1)
        for (rule, epoch), color, marker in zip(kept.items(), COLORS, MARKERS, strict=False):
            ax.plot(epoch, values[epoch - 1], marker, ms=9, mfc="none", mew=2, color=color, label=rule)
        ax.set(title=title, xlabel="epoch")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylabel(unit)
    made.legend(*axes[0].get_legend_handles_labels(), frameon=False, loc="outside lower center", ncols=3)
    return made


def gains(curves: Mapping[str, Sequence[Sequence[float]]], unit: str) -> Figure:
    """Draw what peeking gains against the number of epochs to choose from: the mean, and each seed pale.

    Args:
        curves: {training: for each seed, the gain when only the first E epochs are there, E from 1}.
        unit: what the vertical axis says.
    """
    made, (ax,) = figure()
    for (name, seeds), color, style in zip(curves.items(), COLORS, ("-", "--", ":"), strict=False):
        epochs = np.arange(1, len(seeds[0]) + 1)
        for seed in seeds:
            ax.plot(epochs, seed, color=color, lw=0.6, alpha=0.35)
        ax.plot(epochs, np.mean(seeds, axis=0), color=color, ls=style, lw=2.5, label=name)
    ax.set(xlabel="epochs to choose from", ylabel=unit, xscale="log")
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200) if tick <= epochs[-1]]
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()
    ax.legend(frameon=False)
    return made
