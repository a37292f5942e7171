"""Pictures of a training: its curves, who does the work, what it predicts, and the scores that come out."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from euar.intervals import Interval
from euar.plots.style import COLORS, MARKERS, figure

History = Sequence[Mapping[str, float]]


def learning_curves(histories: Mapping[int, History], kept: Mapping[int, int]) -> Figure:
    """Draw training loss and validation error over epochs, one line a seed; a ring marks the epoch kept.

    Args:
        histories: {seed: rows with `epoch`, `task` and `valid_mae`}.
        kept: {seed: the epoch kept, counted from 1}.
    """
    made, (left, right) = figure(2, width=7.2, height=3.2)
    for (seed, history), color, marker in zip(histories.items(), cycle(COLORS), cycle(MARKERS), strict=False):
        style = {"color": color, "marker": marker, "markersize": 4}
        left.plot(_column(history, "epoch"), _column(history, "task"), **style)
        right.plot(_column(history, "epoch"), _column(history, "valid_mae"), label=f"seed {seed}", **style)
        _ring(right, kept[seed], history[kept[seed] - 1]["valid_mae"], color)
    left.set(xlabel="epoch", ylabel="squared error (ratings²)", title="training, mean over steps")
    right.set(xlabel="epoch", ylabel="MAE (ratings)", title="validation; ring: kept")
    right.legend(frameon=False)
    _whole_epochs(left, right)
    return made


def loss_terms(terms: Mapping[str, Sequence[float]]) -> Figure:
    """Draw the weighted terms of the objective (Eq. 12) over epochs, on one logarithmic axis.

    Args:
        terms: {what the legend says: one positive value an epoch}.
    """
    made, (ax,) = figure()
    for (name, values), color, marker in zip(terms.items(), COLORS, MARKERS, strict=False):
        ax.plot(range(1, len(values) + 1), values, color=color, marker=marker, label=name)
    ax.set(xlabel="epoch", ylabel="part of the total loss", yscale="log")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    _whole_epochs(ax)
    return made


def selection(curves: Mapping[str, Sequence[float]], picks: Mapping[str, int]) -> Figure:
    """Draw the errors of several splits over epochs; a ring marks the epoch that each would pick.

    Args:
        curves: {split: MAE after each epoch}.
        picks: {split: the epoch it picks, counted from 1}.
    """
    made, (ax,) = figure()
    for (split, values), color, marker in zip(curves.items(), COLORS, MARKERS, strict=False):
        ax.plot(range(1, len(values) + 1), values, color=color, marker=marker, label=split)
        _ring(ax, picks[split], values[picks[split] - 1], color)
    ax.set(xlabel="epoch", ylabel="MAE (ratings)", title="ring: the epoch this split would pick")
    ax.legend(frameon=False)
    _whole_epochs(ax)
    return made


def loads(shares: Mapping[str, NDArray], even: float) -> Figure:
    """Draw how much of a split each expert sees, one panel a modality; the dashed line is an even load.

    Args:
        shares: {modality: (N,) share of rows whose chosen experts include j}.
        even: the share under an even load, k / N.
    """
    made, axes = figure(len(shares), width=7.2, height=2.8, sharey=True)
    for ax, (name, share) in zip(axes, shares.items(), strict=True):
        ax.bar(range(1, len(share) + 1), share, color=COLORS[0])
        ax.axhline(even, color=COLORS[1], ls="--")
        ax.set(title=name, xlabel="expert", xticks=range(1, len(share) + 1))
    axes[0].set(ylabel="share of test rows", ylim=(0, 1))
    return made


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
    """Draw predicted against true ratings; on the dashed line they agree.

    Args:
        prediction: (n,) ratings.
        target: (n,) ratings.
    """
    made, (ax,) = figure(width=4.6, height=4.2)
    ax.scatter(target, prediction, s=9, alpha=0.5, color=COLORS[0], linewidths=0)
    ends = [min(target.min(), prediction.min()), max(target.max(), prediction.max())]
    ax.plot(ends, ends, ls="--", color="black")
    ax.set(xlabel="mean rating", ylabel="prediction", aspect="equal")
    return made


def comparison(rows: Mapping[str, tuple[Interval, Sequence[float]]], unit: str) -> Figure:
    """Draw a line for each system: a small dot a seed, a large one with its 95 % interval for the mean.

    Args:
        rows: {system: (mean and interval, the values of its seeds)}; one value has no interval.
        unit: what the horizontal axis says.
    """
    made, (ax,) = figure(height=1 + 0.45 * len(rows))
    marks = zip(rows.values(), cycle(COLORS), cycle(MARKERS), strict=False)
    for height, ((interval, seeds), color, marker) in enumerate(marks):
        reach = (interval.high - interval.low) / 2
        ax.scatter(seeds, [height + 0.22] * len(seeds), color=color, s=10)
        ax.errorbar(interval.mean, height, xerr=reach, color=color, marker=marker, ms=7, capsize=4)
    ax.set(xlabel=unit, yticks=range(len(rows)), yticklabels=rows)
    ax.invert_yaxis()
    return made


def _column(history: History, name: str) -> list[float]:
    return [row[name] for row in history]


def _ring(ax: Axes, x: float, y: float, color: str) -> None:
    ax.plot(x, y, "o", ms=13, mfc="none", color=color)


def _whole_epochs(*axes: Axes) -> None:
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
