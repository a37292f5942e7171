"""Pictures of the chapter on NYU Depth V2: noisy pictures, scores under noise, validation against test."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.intervals import t_interval
from euar.plots.style import COLORS, MARKERS, figure

_GAP = 6  # white rows between colour and depth
_STEP = 0.13  # between the systems of one condition


def colour_and_depth(pairs: Mapping[str, tuple[NDArray, NDArray]]) -> Figure:
    """Show pictures side by side, each in colour above its depth, where near is dark.

    Args:
        pairs: {title: (colours, uint8 (H, W, 3), and depth, uint8 (H, W))}, one panel each.
    """
    made, axes = figure(columns=len(pairs), width=1.9 * len(pairs), height=3.2)
    for ax, (title, (colours, depth)) in zip(axes, pairs.items(), strict=True):
        grey = np.repeat(depth[:, :, None], 3, axis=2)
        gap = np.full((_GAP, *colours.shape[1:]), 255, dtype=np.uint8)
        ax.imshow(np.concatenate([colours, gap, grey]), interpolation="nearest")
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
    return made


def under_conditions(series: Mapping[str, Mapping[str, Sequence[float]]], unit: str) -> Figure:
    """Show each system's mean and 95 % interval over seeds under each condition.

    Args:
        series: {system: {condition: values, one a seed}}, the same conditions in each; one value has no
            interval.
        unit: what the vertical axis says.
    """
    made, (ax,) = figure(height=3.8)
    marks = zip(series.items(), cycle(COLORS), cycle(MARKERS), strict=False)
    for i, ((name, values), color, marker) in enumerate(marks):
        mean, _, high, _ = np.array([t_interval(seeds) for seeds in values.values()]).T
        at = np.arange(len(mean)) + _STEP * (i - (len(series) - 1) / 2)
        style = {"color": color, "marker": marker, "linestyle": "none", "capsize": 3, "label": name}
        ax.errorbar(at, mean, yerr=high - mean, **style)
    conditions = list(next(iter(series.values())))
    ax.set(xticks=range(len(conditions)), xticklabels=conditions, ylabel=unit)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return made


def two_splits(points: Mapping[str, tuple[Sequence[float], Sequence[float]]], errors: NDArray) -> Figure:
    """Show each run's score on validation and on test, and how far either strays by the draw of its rows.

    Args:
        points: {system: (scores on validation, scores on test), one a seed}.
        errors: (2,) standard errors of a score on validation and on test, drawn as a cross at the mean.
    """
    made, (ax,) = figure(width=5.6, height=3.8)
    marks = zip(points.items(), cycle(COLORS), cycle(MARKERS), strict=False)
    for (name, (valid, test)), color, marker in marks:
        ax.plot(valid, test, color=color, marker=marker, linestyle="none", label=name)
    middle = np.mean([np.concatenate([scores[split] for scores in points.values()]) for split in (0, 1)], 1)
    ax.errorbar(*middle, xerr=errors[0], yerr=errors[1], color=COLORS[-1], capsize=4, label="± 1 SE")
    ax.set(xlabel="accuracy on validation", ylabel="accuracy on test")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return made
