"""Pictures of one training: which expert sees which row, and what it predicts."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.scatter import scatter_panels
from euar.plots.style import figure


def routing(weights: NDArray, variance: NDArray) -> Figure:
    """Draw gate weights and mean variance side by side, a row of cells for each sample.

    Args:
        weights: (B, N), zero for experts not chosen.
        variance: (B, N), each expert's variance, averaged over D.
    """
    order = np.lexsort((-weights.max(axis=1), weights.argmax(axis=1)))  # rows of one expert together
    made, axes = figure(2, width=7.2, height=3.6, sharey=True)
    panels = {"gate weight": (weights, "Blues"), "mean variance": (variance, "Oranges")}
    for ax, (title, (values, colors)) in zip(axes, panels.items(), strict=True):
        extent = (0.5, values.shape[1] + 0.5, len(values), 0)
        image = ax.imshow(values[order], aspect="auto", cmap=colors, extent=extent, interpolation="nearest")
        made.colorbar(image, ax=ax)
        ax.grid(False)
        ax.set(title=title, xlabel="expert", xticks=range(1, values.shape[1] + 1))
    axes[0].set_ylabel("test row, sorted by first choice")
    return made


def predictions(prediction: NDArray, target: NDArray) -> Figure:
    """Draw predicted against true ratings; on the dotted line they agree.

    Args:
        prediction: (n,) ratings.
        target: (n,) ratings.
    """
    ends = min(target.min(), prediction.min()), max(target.max(), prediction.max())
    made = scatter_panels({"": {"": (target, prediction)}}, "mean rating", "prediction", diagonal=ends)
    made.axes[0].set_aspect("equal")
    return made
