"""Pictures of the ledger: joint features side by side, and systems by their mean ranks."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.style import COLORS, MARKERS, figure, legend_below

_SIGNS = {-1.0: "negative", 0.0: "neutral", 1.0: "positive"}


def joint_grid(
    pictures: Mapping[str, Mapping[str, NDArray]], signs: NDArray, notes: Mapping[str, Mapping[str, str]]
) -> Figure:
    """Draw t-SNE pictures of joint features, a line of panels for each test split, a panel a system.

    Args:
        pictures: {test split: {system: (n, 2)}}.
        signs: (n,) of the labels: -1, 0 or 1.
        notes: {test split: {system: the number that stands below the panel}}.
    """
    panels = [(test, system) for test, by_system in pictures.items() for system in by_system]
    columns = max(map(len, pictures.values()))
    made, axes = figure(columns=columns, width=2.6 * columns, height=2.9 * len(pictures), rows=len(pictures))
    for ax, (test, system) in zip(axes, panels, strict=True):
        points = pictures[test][system]
        for sign, color, marker in zip(_SIGNS, COLORS, MARKERS, strict=False):
            x, y = points[signs == sign].T
            ax.plot(x, y, marker, color=color, ms=3, alpha=0.5, mew=0, label=_SIGNS[sign])
        ax.set(title=f"{system}, {test}", xlabel=notes[test][system], xticks=[], yticks=[])
        ax.grid(False)
    legend_below(made)
    return made


def rank_picture(names: Sequence[str], ranks: Sequence[float], critical: float) -> Figure:
    """Draw systems by mean rank, best on top, each with the critical difference to its right.

    Two systems are told apart where the bar of the better ends before the mark of the other.

    Args:
        names: of the systems, best first.
        ranks: their mean ranks, 1 is best.
        critical: see `euar.experiments.statistics.Ranks`.
    """
    made, (ax,) = figure(height=0.9 + 0.32 * len(names))
    heights = range(len(names))
    ax.hlines(heights, ranks, [rank + critical for rank in ranks], color=COLORS[5], lw=5, alpha=0.6)
    ax.plot(ranks, heights, "o", color=COLORS[0], ms=6)
    ax.set(xlabel="mean rank, 1 is best; bar: critical difference", yticks=heights, yticklabels=names)
    ax.invert_yaxis()
    return made
