"""Pictures of how evenly a gate uses its experts."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.style import COLORS, MARKERS, figure


def loads(shares: Sequence[NDArray]) -> Figure:
    """Show the share of samples that each expert gets, one series a seed, and the even share as a line.

    Args:
        shares: (N,) for each seed, largest first.
    """
    made, (ax,) = figure(height=3.0)
    count = len(shares[0])
    for i, share in enumerate(shares):
        at = np.arange(count) + 0.25 * (i - (len(shares) - 1) / 2)
        ax.bar(at, share, 0.22, color=COLORS[i])
        ax.plot(at, share, MARKERS[i], color=COLORS[i], markersize=4, label=f"seed {i}")
    ax.axhline(1 / count, color=COLORS[-1], linestyle=":", label="even")
    ax.set(
        xlabel="experts, most used first", ylabel="share of first choices", ylim=(0, 0.5), xticks=range(count)
    )
    ax.set_xticklabels(range(1, count + 1))
    ax.legend(frameon=False, ncols=2)
    return made
