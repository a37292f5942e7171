"""Pictures of Gaussian experts: densities, ellipses, clouds of draws and what noise costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike
from scipy.stats import norm

from euar.plots.style import COLORS, MARKERS, figure, legend_below


def point_and_gaussian(mean: float, sd: float) -> Figure:
    """Draw what a point expert and a Gaussian expert answer to one input, in one coordinate.

    Args:
        mean: the answer of the first, and the middle of the second's.
        sd: sigma of the second.
    """
    made, (left, right) = figure(2, height=2.8, sharex=True)
    left.plot([mean, mean], [0, 1], color=COLORS[0], marker="o", markevery=[1])
    left.set(title="a point expert: one number", yticks=[], ylim=(0, 1.2), xlabel="answer $h$")
    grid = np.linspace(mean - 4 * sd, mean + 4 * sd, 200)
    right.plot(grid, norm(mean, sd).pdf(grid), color=COLORS[1])
    right.axvline(mean, color=COLORS[0], linestyle="--", label=r"mean $\mu$")
    right.axvspan(mean - sd, mean + sd, color=COLORS[1], alpha=0.2, label=r"$\mu \pm \sigma$")
    right.set(title="a Gaussian expert: a density", yticks=[], ylim=(0, None), xlabel="answer $z$")
    right.legend(loc="upper right", frameon=False, fontsize="small")
    return made


def ellipses(mean: ArrayLike, sd: ArrayLike, titles: Sequence[str]) -> Figure:
    """Draw every expert's Gaussian in two coordinates as an ellipse of one sigma, one panel for each sample.

    Args:
        mean: (B, N, 2).
        sd: (B, N, 2), sigma.
        titles: one for each of the B samples.
    """
    mean, sd = np.asarray(mean), np.asarray(sd)
    made, axes = figure(len(mean), height=3.6, sharex=True, sharey=True)
    for ax, means, sds, title in zip(axes, mean, sd, titles, strict=True):
        for j, (center, spread) in enumerate(zip(means, sds, strict=True)):
            _ellipse(ax, center, spread, COLORS[j])
            ax.plot(*center, color=COLORS[j], marker=MARKERS[j], linestyle="", label=f"expert {j}")
        ax.set(title=title, xlabel="coordinate 0", aspect="equal")
    axes[0].set_ylabel("coordinate 1")
    legend_below(made)
    return made


def linear_sigma(proposals: Mapping[str, ArrayLike]) -> Figure:
    """Draw histograms of what layers propose as sigma, with zero marked, one panel each.

    Args:
        proposals: {what makes sigma: values of any shape}.
    """
    made, axes = figure(len(proposals), height=2.8, sharex=True, sharey=True)
    for ax, (name, values) in zip(axes, proposals.items(), strict=True):
        values = np.asarray(values).ravel()
        edges = np.linspace(-3, 5, 65).tolist()
        ax.hist(values[values > 0], edges, color=COLORS[0], label="possible")
        ax.hist(values[values <= 0], edges, color=COLORS[1], hatch="///", label="impossible")
        ax.axvline(0, color=COLORS[6], linewidth=1)
        ax.set(title=name, xlabel=r"proposed $\sigma$", yticks=[])
    axes[0].legend(frameon=False, fontsize="small")
    return made


def cloud(draws: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Figure:
    """Draw samples of one Gaussian: a histogram of coordinate 0 under its density, and both coordinates.

    Args:
        draws: (S, 2).
        mean: (2,).
        sd: (2,), sigma.
    """
    draws, mean, sd = np.asarray(draws), np.asarray(mean), np.asarray(sd)
    made, (left, right) = figure(2)
    left.hist(draws[:, 0], 50, density=True, color=COLORS[5], label="draws")
    grid = np.linspace(mean[0] - 4 * sd[0], mean[0] + 4 * sd[0], 200)
    left.plot(grid, norm(mean[0], sd[0]).pdf(grid), color=COLORS[1], label="density of Eq. 1")
    left.set(xlabel="coordinate 0", yticks=[])
    left.set_ylim(0, 1.35 * left.get_ylim()[1])  # room for the legend
    left.legend(frameon=False, fontsize="small", ncols=2)
    _cloud(right, draws, mean, sd)
    return made


def agreement(expected: ArrayLike, measured: ArrayLike, error: ArrayLike, unit: str) -> Figure:
    """Draw measured against expected values with error bars, and the line on which they are equal.

    Args:
        expected: (S,).
        measured: (S,).
        error: (S,), half the length of the bars.
        unit: what is compared, for the axes' labels.
    """
    expected = np.asarray(expected)
    made, (ax,) = figure(width=4.6, height=3.6)
    style: dict[str, Any] = {"color": COLORS[0], "marker": MARKERS[0], "markersize": 4, "linestyle": ""}
    ax.errorbar(expected, measured, error, alpha=0.7, elinewidth=0.8, label="one tweet", **style)
    ends = [expected.min(), expected.max()]
    ax.plot(ends, ends, color=COLORS[1], linestyle="--", label="equal", zorder=3)
    ax.set(xlabel=f"{unit}, formula", ylabel=f"{unit}, measured")
    ax.legend(frameon=False, fontsize="small")
    return made


def cost_of_spread(
    draws: ArrayLike, mean: ArrayLike, sd: ArrayLike, predictions: ArrayLike, clean: float
) -> Figure:
    """Draw an expert's draws in two coordinates beside the predictions that they lead to; fixed axes.

    Args:
        draws: (S, 2).
        mean: (2,).
        sd: (2,), sigma.
        predictions: (S,), in label units.
        clean: the prediction from the mean, in label units.
    """
    made, (left, right) = figure(2)
    _cloud(left, np.asarray(draws), np.asarray(mean), np.asarray(sd))
    left.set(xlim=(-8, 8), ylim=(-8, 8), title="draws")
    shown, edges = np.asarray(predictions).clip(-6, 6), np.linspace(-6, 6, 61).tolist()
    right.hist(shown, edges, color=COLORS[5], label="from draws")
    right.axvline(clean, color=COLORS[1], linestyle="--", label="from the mean")
    right.set(xlabel="prediction, label units", yticks=[], title="predictions")
    right.legend(frameon=False, fontsize="small")
    return made


def _ellipse(ax: Axes, center: np.ndarray, sd: np.ndarray, color: str) -> None:
    x, y = center.tolist()
    ax.add_patch(Ellipse((x, y), *(2 * sd), facecolor=color, edgecolor=color, alpha=0.25))
    ax.add_patch(Ellipse((x, y), *(2 * sd), facecolor="none", edgecolor=color))
    ax.update_datalim([center - sd, center + sd])  # patches alone do not widen the axes
    ax.autoscale_view()


def _cloud(ax: Axes, draws: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> None:
    ax.plot(*draws[:1000].T, color=COLORS[5], marker=".", markersize=3, alpha=0.5, linestyle="")
    _ellipse(ax, mean, sd, COLORS[1])
    ax.plot(*mean, color=COLORS[1], marker=MARKERS[1])
    ax.set(xlabel="coordinate 0", ylabel="coordinate 1", aspect="equal")
