"""Scatter plots: one point a row, a run or an expert, in panels that are compared."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.plots.style import appearances, figure, legend_below

_MANY = 100  # points of a series, from which on they are drawn small


def scatter_panels(
    panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike]]],
    label: str,
    unit: str,
    *,
    diagonal: tuple[float, float] | None = None,
    level: float | None = None,
    **axes: Any,
) -> Figure:
    """Draw points on one pair of axes for each panel; all panels share their limits.

    Args:
        panels: {title: {series: (x (S,), y (S,))}}, side by side; a legend is there if a panel has several.
        label: of the horizontal axes.
        unit: what the vertical axes say.
        diagonal: ends of a dotted line on which both coordinates agree.
        level: height of a dashed line.
        **axes: for `matplotlib.axes.Axes.set`, such as `xscale="log"`.
    """
    width = 5.6 if len(panels) == 1 else 8.4
    made, drawn = figure(len(panels), width=width, height=3.6, sharex=True, sharey=True)
    looks = appearances(name for series in panels.values() for name in series)
    for ax, (title, series) in zip(drawn, panels.items(), strict=True):
        for name, (x, y) in series.items():
            color, marker = looks[name]
            small = len(np.asarray(x)) > _MANY
            style: dict[str, Any] = {"ms": 3, "alpha": 0.5, "mew": 0} if small else {"ms": 6, "alpha": 0.8}
            ax.plot(x, y, color=color, marker=marker, ls="none", label=name, **style)
        if diagonal:
            ax.plot(diagonal, diagonal, color="black", ls=":", lw=1)
        if level is not None:
            ax.axhline(level, color="black", ls="--", lw=1)
        ax.set(title=title, xlabel=label, **axes)
    drawn[0].set_ylabel(unit)
    if max(map(len, panels.values())) > 1:
        legend_below(made)
    return made
