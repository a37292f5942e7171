"""Pictures of data and of how well it is predicted: noise, ratings, errors by disagreement."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.style import COLORS, MARKERS, figure, legend_below


def noise_maps(maps: Mapping[str, NDArray], names: Sequence[str]) -> Figure:
    """Show noise levels as one row a sample and one column a modality, on a common logarithmic grey scale.

    Args:
        maps: {title: (B, M) noise levels above 0}, one panel each.
        names: of the M modalities.
    """
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import LogLocator

    made, axes = figure(columns=len(maps), height=3.8, sharey=True)
    levels = np.stack(list(maps.values()))
    scale = LogNorm(levels.min(), levels.max())
    for ax, (title, level) in zip(axes, maps.items(), strict=True):
        image = ax.imshow(level, norm=scale, cmap="Greys", aspect="auto", interpolation="none")
        ax.set(title=title, xticks=range(len(names)), xticklabels=names)
        ax.grid(visible=False)
    axes[0].set_ylabel("sample")
    ticks = LogLocator(subs=(1, 2, 5))
    made.colorbar(image, ax=axes, label="noise level", ticks=ticks, format="%g").ax.minorticks_off()
    return made


def noisy_reading(clean: NDArray, noisy: NDArray, reading: NDArray, target: NDArray) -> Figure:
    """Show one sample's features with and without noise, and what a fixed model reads from all samples.

    Args:
        clean: (D,) features of one sample without noise.
        noisy: (D,) the same features with noise.
        reading: (B,) the model's predictions, in units of the label.
        target: (B,) labels.
    """
    made, (features, scatter) = figure(columns=2)
    features.plot(noisy, color=COLORS[1], marker=MARKERS[1], markersize=3, linewidth=0.8, label="noisy")
    features.plot(clean, color=COLORS[0], linewidth=2, label="clean")
    features.set(xlabel="feature", ylabel="value", title="one sample", ylim=(-5, 5))
    scatter.scatter(target, reading, s=5, color=COLORS[0], linewidths=0, alpha=0.5)
    scatter.plot([-3, 3], [-3, 3], color="black", linestyle=":", linewidth=1)
    limits = {"xlim": (-3.2, 3.2), "ylim": (-9, 9)}
    scatter.set(xlabel="label", ylabel="reading", title="all samples", **limits)
    legend_below(made)
    return made


def ratings(target: NDArray, deviations: Mapping[str, NDArray]) -> Figure:
    """Show the distribution of the labels, and of the raters' standard deviation in each pool.

    Args:
        target: (B,) mean ratings.
        deviations: {pool: (n,) standard deviations of the raters}.
    """
    made, (labels, spread) = figure(columns=2)
    labels.hist(target, np.linspace(-3, 3, 31).tolist(), color=COLORS[0])
    labels.set(xlabel="mean rating", ylabel="texts")
    edges = np.linspace(0, 1.6, 33).tolist()
    for i, (pool, values) in enumerate(deviations.items()):
        style: dict[str, Any] = {"color": COLORS[i], "ls": ("-", "--")[i % 2], "lw": 2}
        spread.hist(values, edges, density=True, histtype="step", label=pool, **style)
    highest = spread.get_ylim()[1]
    spread.set(xlabel="SD of the raters", ylabel="density", ylim=(0, 1.3 * highest))  # room for the legend
    spread.legend(loc="upper right", frameon=False)
    return made


def error_by_disagreement(panels: Mapping[str, tuple[NDArray, NDArray, NDArray]]) -> Figure:
    """Show absolute errors against the raters' SD, and means of bins on top.

    Args:
        panels: {title: ((n,) SD, (n,) absolute error, (K, 2) mean SD and mean error of K bins)}.
    """
    made, axes = figure(columns=len(panels), sharex=True, sharey=True)
    for ax, (title, (sd, error, bins)) in zip(axes, panels.items(), strict=True):
        ax.scatter(sd, error, s=3, color=COLORS[5], linewidths=0, alpha=0.6)
        ax.plot(*bins.T, color=COLORS[1], marker=MARKERS[1], label="mean of a bin")
        ax.set(xlabel="SD of the raters", title=title, ylim=(0, None))
    axes[0].set_ylabel("absolute error")
    legend_below(made)
    return made
