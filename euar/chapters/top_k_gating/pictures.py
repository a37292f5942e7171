"""Pictures of a top-k gate: what it keeps, whom gradients reach, and what a batch changes."""

from collections.abc import Iterable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.plots.curves import curve_panels
from euar.plots.style import COLORS, figure, plain_ticks


def kept(probs: ArrayLike, weights: ArrayLike) -> Figure:
    """Draw the probabilities of one sample's experts; those that the gate cuts are hatched.

    Args:
        probs: (N,), softmax over all experts.
        weights: (N,), zero for experts that are cut.
    """
    probs, chosen = np.asarray(probs), np.asarray(weights) > 0
    made, (ax,) = figure(height=2.8)
    ax.bar(np.flatnonzero(chosen), probs[chosen], color=COLORS[0], label="kept")
    cut, heights = np.flatnonzero(~chosen), probs[~chosen]
    ax.bar(cut, heights, color="white", edgecolor=COLORS[1], hatch="///", label="cut")
    ax.set(xlabel="expert", ylabel="probability", xticks=range(len(probs)), ylim=(0, 1.25 * probs.max()))
    ax.legend(frameon=False, fontsize="small", ncols=2)
    return made


def jacobians(matrices: Mapping[str, ArrayLike]) -> Figure:
    """Draw matrices of derivatives d g_i / d l_j, one panel each, on one scale; zeros are crossed out.

    Args:
        matrices: {title: (N, N), row i of the weight, column j of the logit}.
    """
    made, axes = figure(len(matrices), width=7.2, height=2.9, sharey=True)
    top = max(np.abs(np.asarray(matrix)).max() for matrix in matrices.values())
    for ax, (title, matrix) in zip(axes, matrices.items(), strict=True):
        matrix = np.asarray(matrix)
        image = ax.imshow(matrix, cmap="RdBu_r", vmin=-top, vmax=top)
        row, column = np.nonzero(matrix == 0)
        ax.plot(column, row, color="#666666", marker="x", markersize=4, linestyle="")
        ax.set(title=title, xlabel="logit $j$", xticks=range(len(matrix)), yticks=range(len(matrix)))
        ax.grid(visible=False)
    axes[0].set_ylabel("weight $i$")
    made.colorbar(image, ax=axes, shrink=0.8)
    return made


def scale(experts: ArrayLike, curves: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """Draw quantities against the number of experts, one panel each, both axes logarithmic.

    Args:
        experts: (S,), values of N.
        curves: {title of the panel: {setting: (S,)}}.
    """
    made = curve_panels(curves, experts, label="experts $N$")
    for ax in made.axes:
        ax.set(xscale="log", yscale="log")
        _plain(ax, experts, (0.1, 0.2, 0.5, 1))
    return made


def in_a_batch(weights: ArrayLike, prediction: ArrayLike, target: ArrayLike, title: str) -> Figure:
    """Draw the weights of one sample in a batch beside the predictions of all samples; fixed axes.

    Args:
        weights: (N,), of the sample.
        prediction: (B,), in label units.
        target: (B,), in label units.
        title: of the right panel.
    """
    made, (left, right) = figure(2, height=3.0)
    weights = np.asarray(weights)
    left.bar(range(len(weights)), weights, color=COLORS[0])
    left.set(xlabel="expert", ylabel="weight", title="one tweet", ylim=(0, 5), xticks=range(len(weights)))
    right.plot(target, prediction, color=COLORS[1], marker=".", markersize=3, alpha=0.5, linestyle="")
    right.plot([-3, 3], [-3, 3], color=COLORS[6], linestyle=":", linewidth=1)
    right.set(xlabel="label", ylabel="prediction", title=title, xlim=(-3.2, 3.2), ylim=(-4, 4))
    return made


def _plain(ax: Axes, x: ArrayLike, y: Iterable[float]) -> None:
    """Label a log-log plot with these values alone."""
    limits = ax.get_ylim()
    plain_ticks(ax.xaxis, np.asarray(x).tolist())
    plain_ticks(ax.yaxis, y)
    ax.set_ylim(limits)
