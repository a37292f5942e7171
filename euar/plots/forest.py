"""The forest plot: a row for each thing measured, with its seeds, its mean and the interval of the mean."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.intervals import Interval, t_interval
from euar.plots.style import appearances, figure, legend_below, top_down

_ROOM = 0.72  # of a row, shared by its series


def forest(
    rows: Mapping[str, Mapping[str, ArrayLike | Interval]],
    unit: str,
    *,
    lines: Mapping[str, float] | None = None,
    limits: tuple[float, float] | None = None,
    scale: str = "linear",
) -> Figure:
    """Draw a mark with its 95 % interval for each mean, and a small dot below it for each seed.

    Args:
        rows: {row: {series: a value for each seed (S,), or an interval, which has no dots}}, top to bottom; a
            row may lack some series. A legend is there if a row has several.
        unit: what the horizontal axis says.
        lines: {what the legend says, "" for nothing: where a vertical line stands}.
        limits: of the horizontal axis, for pictures that are compared.
        scale: "log" takes mean and interval of the logarithms.
    """
    most = max(map(len, rows.values()))
    looks = appearances(name for row in rows.values() for name in row)
    made, (ax,) = figure(width=7, height=0.9 + len(rows) * (0.26 + 0.09 * most))
    ax.set(xlabel=unit, xscale=scale)
    for i, row in enumerate(rows.values()):
        for j, (name, values) in enumerate(row.items()):
            height = i + _ROOM / most * (j - (len(row) - 1) / 2)
            color, marker = looks[name]
            style = {"label": name, "color": color, "marker": marker}
            _mark(ax, height, values, _ROOM / most, style)
    for label, x in (lines or {}).items():
        ax.axvline(x, color="black", lw=1, ls="--", label=label)
    ax.set_xlim(limits)
    top_down(ax, list(rows))
    if most > 1 or any(lines or {}):
        legend_below(made)
    return made


def by_system(seeds: Mapping[str, ArrayLike], unit: str, limits: tuple[float, float] | None = None) -> Figure:
    """Draw a forest plot with a row for each system, in the colour that it has everywhere.

    Args:
        seeds: {system: a value for each seed}; a system with one value has no interval.
        unit: what the horizontal axis says.
        limits: of the horizontal axis, for pictures that are compared.
    """
    return forest({name: {name: values} for name, values in seeds.items()}, unit, limits=limits)


def limits_of(drawn: Iterable[ArrayLike | Interval]) -> tuple[float, float]:
    """Return the limits of an axis that holds the seeds and intervals of several pictures, with some room.

    Args:
        drawn: what `forest` takes for a series, of all the pictures that are compared.
    """
    found = [estimate(values) for values in drawn]
    ends = np.concatenate([[*interval[:3], *seeds] for interval, seeds in found])
    low, high = np.nanmin(ends), np.nanmax(ends)
    return float(low - 0.05 * (high - low)), float(high + 0.05 * (high - low))


def estimate(values: ArrayLike | Interval, scale: str = "linear") -> tuple[Interval, Sequence[float]]:
    """Return a mean with its interval, and the values to draw as dots: the seeds, if there are several.

    Args:
        values: one for each seed, or an interval as it is.
        scale: "log" takes mean and interval of the logarithms.
    """
    if isinstance(values, Interval):
        return values, []
    seeds = np.asarray(values, dtype=float).tolist()
    if scale == "log":
        found = t_interval(np.log(seeds))
        mean, low, high = np.exp(found[:3])
        found = Interval(mean, low, high, found.n)
    else:
        found = t_interval(seeds)
    return found, seeds if found.n > 1 else []


def _mark(
    ax: Axes, height: float, values: ArrayLike | Interval, room: float, style: Mapping[str, Any]
) -> None:
    found, seeds = estimate(values, ax.get_xscale())
    ax.plot(seeds, [height + 0.3 * room] * len(seeds), "o", color=style["color"], ms=3, mew=0, alpha=0.7)
    reach = [[found.mean - found.low], [found.high - found.mean]]
    ax.errorbar([found.mean], [height], xerr=reach, ls="none", ms=6, capsize=3, **style)
