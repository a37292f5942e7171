"""Pictures of the chapter on NYU Depth V2: noisy pictures, validation against test."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.scatter import scatter_panels
from euar.plots.style import figure, legend_below

_GAP = 6  # white rows between colour and depth


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


def two_splits(points: Mapping[str, tuple[Sequence[float], Sequence[float]]], errors: NDArray) -> Figure:
    """Show each run's score on validation and on test, and how far either strays by the draw of its rows.

    Args:
        points: {system: (scores on validation, scores on test), one a seed}.
        errors: (2,) standard errors of a score on validation and on test, drawn as a cross at the mean.
    """
    made = scatter_panels({"": points}, "accuracy on validation", "accuracy on test")
    (ax,) = made.axes
    x, y = (np.mean(np.concatenate(scores)) for scores in zip(*points.values(), strict=True))
    ax.errorbar(x, y, xerr=errors[0], yerr=errors[1], color="black", capsize=4, label="± 1 SE")
    legend_below(made)
    return made
