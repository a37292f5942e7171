"""Pictures of what sigma can know: the routes into it, the variance the loss asks for, tests of meters."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import ArrayLike

from euar.plots.style import COLORS, DASHES, MARKERS, figure, plain_ticks

_BOXES = {
    "input $x$\n(the noise is in here)": (0.0, 1.0),
    "gate\n$g$": (1.7, 2.0),
    "mean map\n$\\mu$": (1.7, 1.0),
    "variance map\n$\\sigma^2$": (1.7, 0.0),
    "residual\n$y - \\hat y$": (3.5, 1.5),
    "terms with $\\sigma^2$\nnoise, U, KL": (3.5, 0.2),
    "label $y$": (4.9, 1.5),
}
_FORWARD = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (6, 4), (1, 5), (3, 5)]
_TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)


def routes() -> Figure:
    """Draw what reaches what: the input feeds all three maps, the residual never meets the variance."""
    made, (ax,) = figure(width=7.2, height=3.4)
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": COLORS[6]}
    boxes = [
        ax.text(*place, text, ha="center", va="center", bbox=box, size="small")
        for text, place in _BOXES.items()
    ]
    for start, end in _FORWARD:
        _arrow(ax, boxes[start], boxes[end], COLORS[0], 0.0)
    _arrow(ax, boxes[5], boxes[3], COLORS[1], -0.35)
    ax.text(2.6, -0.6, "all that trains the variance map", color=COLORS[1], ha="center", fontsize="small")
    ax.set(xlim=(-0.7, 5.4), ylim=(-0.8, 2.4))
    ax.axis("off")
    return made


def losses(
    panels: Mapping[str, tuple[ArrayLike, Mapping[str, ArrayLike]]], best: Mapping[str, float]
) -> Figure:
    """Draw a measured loss against the variance of one coordinate, one panel each, and mark s*.

    Args:
        panels: {title: (the variances tried (S,), {label: the loss above its least value (S,)})}.
        best: {title: s* by the closed form}.
    """
    made, axes = figure(len(panels), width=8.4, height=2.9)
    for ax, (title, (variance, curves)) in zip(axes, panels.items(), strict=True):
        variance = np.asarray(variance)
        for j, (label, loss) in enumerate(curves.items()):
            ax.plot(variance, loss, color=COLORS[j], marker=MARKERS[j], ls=DASHES[j], ms=4, label=label)
        ax.axvline(best[title], color=COLORS[6], linestyle=":", label="$s^*$")
        ax.set(title=title, xlabel=r"$\sigma^2$ of the coordinate", xscale="log")
        plain_ticks(ax.xaxis, [tick for tick in _TICKS if variance.min() < tick < variance.max()])
    axes[0].set_ylabel("loss above its least")
    axes[0].legend(frameon=False, fontsize="small")
    return made


def trained_on(
    best: ArrayLike, variance: ArrayLike, noise: ArrayLike, reading: ArrayLike, titles: tuple[str, str]
) -> Figure:
    """Draw variances against what the loss asks for, beside readings against the noise; fixed left axes.

    Args:
        best: (P,), s* of some pairs of row, expert and coordinate.
        variance: (P,), sigma^2 of the same.
        noise: (B,), known for each row.
        reading: (B,), mean log sigma^2.
        titles: of the two panels.
    """
    made, (left, right) = figure(2, width=7.6, height=3.2)
    left.plot(best, variance, color=COLORS[0], marker=".", markersize=2, alpha=0.4, linestyle="")
    left.plot([1e-3, 1], [1e-3, 1], color=COLORS[6], linestyle=":", linewidth=1)
    axes = {"xscale": "log", "yscale": "log", "xlim": (1e-3, 1.5), "ylim": (1e-3, 4)}
    left.set(xlabel="$s^*$", ylabel=r"$\sigma^2$", title=titles[0], **axes)
    right.plot(noise, reading, color=COLORS[1], marker="s", markersize=2.5, alpha=0.5, linestyle="")
    right.set(xlabel="known noise", ylabel=r"mean $\log\sigma^2$", title=titles[1], xscale="log")
    return made


def _arrow(ax: Axes, start: Text, end: Text, color: str, bend: float) -> None:
    patches = {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch()}
    style = {"arrowstyle": "->", "color": color, "connectionstyle": f"arc3,rad={bend}"}
    ax.annotate("", end.get_position(), start.get_position(), arrowprops=style | patches)
