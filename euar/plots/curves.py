"""Curves: quantities over epochs or steps, and means over a number that grows by factors."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from euar.intervals import Interval
from euar.plots.forest import estimate
from euar.plots.style import DASHES, appearances, figure, legend_below, plain_ticks

_FEW, _ROUND = 10, (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_WIDTHS = {1: 6.4, 2: 7.2, 3: 8.4, 4: 9.2}


def curve_panels(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    x: ArrayLike | None = None,
    *,
    label: str = "epoch",
    unit: str | None = None,
    rings: Mapping[str, Mapping[str, ArrayLike]] | None = None,
    **axes: Any,
) -> Figure:
    """Draw a line for each series; of several seeds, a thin line each and a thick one for their mean.

    Args:
        panels: {title: {series: (S,), or (seeds, S)}}, side by side; NaN leaves a gap.
        x: (S,), where the values belong; None counts from 1.
        label: of the horizontal axes.
        unit: of the vertical axis that all panels share; None gives each its own, which its title names.
        rings: {title: {series: the x to mark, or one for each seed}}, such as the epochs kept.
        **axes: for `matplotlib.axes.Axes.set`, such as `yscale="log"`.
    """
    made, drawn = figure(len(panels), _WIDTHS[len(panels)], 3.6, sharey=unit is not None)
    styles = _styles(name for series in panels.values() for name in series)
    for ax, (title, series) in zip(drawn, panels.items(), strict=True):
        for name, values in series.items():
            rows = np.atleast_2d(np.asarray(values, dtype=float))
            at = np.arange(1, rows.shape[1] + 1) if x is None else np.asarray(x)
            _lines(ax, at, rows, styles[name])
            _rings(ax, at, rows, np.ravel((rings or {}).get(title, {}).get(name, [])), styles[name])
        ax.set(title=title, xlabel=label, **axes)
        _ticks(ax, at)
    drawn[0].set_ylabel(unit or "")
    if len(styles) > 1:
        legend_below(made)
    return made


def over_values(panels: Mapping[str, Mapping[str, ArrayLike]], values: Sequence[float], label: str) -> Figure:
    """Draw panels over a few values that stand at equal distances, whatever their steps.

    Args:
        panels: see `curve_panels`; a column for each value.
        values: in their order.
        label: of the horizontal axes.
    """
    places = np.arange(1.0, len(values) + 1)
    ticks: dict[str, Any] = {"xticks": places, "xticklabels": [f"{value:g}" for value in values]}
    return curve_panels(panels, places, label=label, **ticks)


def points_and_lines(
    x: ArrayLike,
    points: Mapping[str, ArrayLike],
    lines: Mapping[str, ArrayLike],
    label: str,
    unit: str,
    **axes: Any,
) -> Figure:
    """Draw what was measured as points and what a formula says as lines; one name has one colour.

    Args:
        x: (S,), where the values belong.
        points: {name: (S,), or (seeds, S)}.
        lines: {name: (S,)}.
        label: of the horizontal axis.
        unit: what the vertical axis says.
        **axes: for `matplotlib.axes.Axes.set`, such as `xscale="log"`.
    """
    made, (ax,) = figure(height=3.6)
    styles = _styles([*points, *lines])
    for name, style in styles.items():
        both = name in points and name in lines
        if name in lines:
            told = f"{name}: formula" if both else name
            ax.plot(x, lines[name], **style | {"marker": "", "label": told})
        if name in points:
            told = f"{name}: measured" if both else name
            rows = np.atleast_2d(np.asarray(points[name]))
            ax.plot(x, rows.T, ms=5, alpha=0.7, **style | {"ls": "none", "label": told})
    ax.set(xlabel=label, ylabel=unit, **axes)
    legend_below(made)
    return made


def over_numbers(series: Mapping[str, Mapping[int, ArrayLike | Interval]], label: str, unit: str) -> Figure:
    """Draw means with 95 % intervals over a number that grows by factors, a dot for each seed.

    Args:
        series: {name: {number: a value for each seed, or an interval, which has no dots}}.
        label: of the horizontal axis, which is logarithmic.
        unit: what the vertical axis says.
    """
    made, (ax,) = figure(height=3.6)
    looks = appearances(series)
    for place, (name, points) in enumerate(series.items()):
        color, marker = looks[name]
        shift = 1.09 ** (place - (len(series) - 1) / 2)  # side by side
        x = [shift * number for number in sorted(points)]
        found = [estimate(points[number]) for number in sorted(points)]
        for at, (_, seeds) in zip(x, found, strict=True):
            ax.plot([1.03 * at] * len(seeds), seeds, "o", color=color, ms=3, mew=0, alpha=0.6)
        mean, low, high, _ = np.array([interval for interval, _ in found]).T
        style: dict[str, Any] = {"color": color, "marker": marker, "ms": 5, "capsize": 3}
        ax.errorbar(x, mean, yerr=(mean - low, high - mean), label=name, **style)
    ax.set(xlabel=label, ylabel=unit, xscale="log")
    plain_ticks(ax.xaxis, sorted({number for points in series.values() for number in points}))
    legend_below(made)
    return made


def learning_curves(
    histories: Mapping[int, Sequence[Mapping[str, float]]], kept: Mapping[int, int]
) -> Figure:
    """Draw training loss and validation error over epochs, one line a seed; a ring marks the epoch kept.

    Args:
        histories: {seed: rows with `task` and `valid_mae`, one an epoch}.
        kept: {seed: the epoch kept, counted from 1}.
    """
    titles = {"task": "squared error in training (ratings²)", "valid_mae": "MAE in validation; ring: kept"}
    panels = {
        title: {f"seed {seed}": [row[name] for row in history] for seed, history in histories.items()}
        for name, title in titles.items()
    }
    return curve_panels(
        panels, rings={titles["valid_mae"]: {f"seed {s}": epoch for s, epoch in kept.items()}}
    )


def _styles(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return {series: what `Axes.plot` takes}; a single series needs no marker."""
    looks = appearances(names)
    return {
        name: {"color": color, "marker": marker if len(looks) > 1 else "", "ls": dash, "label": name}
        for (name, (color, marker)), dash in zip(looks.items(), cycle(DASHES), strict=False)
    }


def _lines(ax: Axes, x: NDArray, rows: NDArray, style: Mapping[str, Any]) -> None:
    many = len(rows) > 1
    if many:
        ax.plot(x, rows.T, lw=0.7, alpha=0.4, color=style["color"], ls=style["ls"])
    ax.plot(x, rows.mean(axis=0), lw=2 if many else 1.5, ms=4, markevery=max(1, len(x) // 8), **style)


def _rings(ax: Axes, x: NDArray, rows: NDArray, places: NDArray, style: Mapping[str, Any]) -> None:
    hollow: dict[str, Any] = {"marker": "o", "ms": 12 if len(rows) == 1 else 7, "mfc": "none", "mew": 1.5}
    for row, place in zip(rows, places, strict=False):
        ax.plot([place], row[x == place], ls="none", color=style["color"], **hollow)


def _ticks(ax: Axes, x: NDArray) -> None:
    if ax.get_xscale() == "log":
        plain_ticks(ax.xaxis, x if len(x) < _FEW else [t for t in _ROUND if x[0] <= t <= x[-1]])
    elif np.issubdtype(x.dtype, np.integer):
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    elif len(x) < _FEW:
        ax.set_xticks(x)
