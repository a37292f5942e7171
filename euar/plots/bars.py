"""Bars side by side: shares of classes or of experts, in each split or of each seed."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.plots.style import COLORS, figure, legend_below

_HATCHES = ("", "//", "xx")
Panels = Mapping[str, tuple[Sequence[object], Mapping[str, ArrayLike]]]


def bars(
    panels: Panels,
    unit: str,
    *,
    label: str = "",
    even: float | None = None,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Draw a group of bars for each name, a bar for each series.

    Args:
        panels: {title: (names (C,), {series: heights (C,)})}, the same series in each panel.
        unit: of the vertical axis, which all panels share.
        label: of the horizontal axes.
        even: height of a dashed line, the share that all would have alike.
        limits: of the vertical axis, for pictures that are compared.
    """
    made, axes = figure(len(panels), width=7.2 if len(panels) > 1 else 6.4, height=3.4, sharey=True)
    for ax, (title, (names, series)) in zip(axes, panels.items(), strict=True):
        width = 0.8 / len(series)
        for i, (name, heights) in enumerate(series.items()):
            at = np.arange(len(names)) + (i - (len(series) - 1) / 2) * width
            ax.bar(at, heights, width, color=COLORS[i], label=name, hatch=_HATCHES[i % 3], ec="white")
        if even is not None:
            ax.axhline(even, color="black", ls="--", lw=1, label="even")
        texts = [str(name) for name in names]
        ax.set(title=title, xlabel=label, xticks=range(len(names)), xticklabels=texts)
        ax.tick_params(axis="x", rotation=0 if max(map(len, texts)) < 4 else 90)
    axes[0].set(ylabel=unit, ylim=limits)
    legend_below(made)
    return made


def label_shares(panels: Panels) -> Figure:
    """Draw how the labels of each set are spread over its classes, in each split.

    Args:
        panels: {set: (names of its C classes, {split: counts (C,)})}, one panel each.
    """
    shares = {
        title: (classes, {split: np.asarray(counts) / np.sum(counts) for split, counts in splits.items()})
        for title, (classes, splits) in panels.items()
    }
    return bars(shares, "share of the split")
