"""The picture of the chapter on MVSA-Single: two labels of each tweet."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.style import figure


def label_pairs(counts: NDArray, classes: Sequence[str]) -> Figure:
    """Draw how often each pair of labels occurs, a cell a pair, darker for more.

    Args:
        counts: (C, C), the text's label down, the picture's across.
        classes: their names.
    """
    made, (ax,) = figure(width=4.6, height=3.8)
    ax.imshow(counts, cmap="Blues", vmin=0)
    ax.grid(False)
    for (row, column), count in [
        ((i, j), counts[i, j]) for i in range(len(counts)) for j in range(len(counts))
    ]:
        ink = "white" if count > counts.max() / 2 else "black"
        ax.text(column, row, f"{count:,}", ha="center", va="center", color=ink, size=12)
    ticks = range(len(classes))
    ax.set(xticks=ticks, xticklabels=classes, xlabel="label of the picture")
    ax.set(yticks=ticks, yticklabels=classes, ylabel="label of the text")
    return made
