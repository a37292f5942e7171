"""Pictures of what an encoder makes of texts."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.plots.style import figure


def likenesses(maps: Mapping[str, ArrayLike], negative: int) -> Figure:
    """Draw the cosine of every two texts, a map for each encoder, with lines where the sign changes.

    Args:
        maps: {title: (n, n)}, texts from the most negative to the most positive.
        negative: how many are.
    """
    made, axes = figure(len(maps), width=3.3 * len(maps), height=3.2, sharey=True)
    for ax, (title, cosines) in zip(axes, maps.items(), strict=True):
        image = ax.imshow(np.asarray(cosines), cmap="RdBu_r", vmin=-1, vmax=1)
        ax.axhline(negative - 0.5, color="black", lw=1)
        ax.axvline(negative - 0.5, color="black", lw=1)
        ax.set(title=title, xticks=[], yticks=[], xlabel="sentence, negative to positive")
        ax.grid(visible=False)
    axes[0].set_ylabel("sentence")
    made.colorbar(image, ax=axes, label="cosine")
    return made
