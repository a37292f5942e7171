"""Pictures of split data sets: their labels, what their splits share, scores that are too good to be true."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.plots.style import COLORS, MARKERS, figure


def label_shares(panels: Mapping[str, tuple[Sequence[str], Mapping[str, Sequence[int]]]]) -> Figure:
    """Show how the labels of each set are spread over its classes, in each split.

    Args:
        panels: {set: (names of its C classes, {split: (C,) counts})}, one panel each.
    """
    made, axes = figure(columns=len(panels), height=3.2)
    for ax, (title, (classes, splits)) in zip(axes, panels.items(), strict=True):
        width = 0.8 / len(splits)
        for i, (split, counts) in enumerate(splits.items()):
            share = np.asarray(counts) / np.sum(counts)
            at = np.arange(len(classes)) + (i - (len(splits) - 1) / 2) * width
            ax.bar(at, share, width, color=COLORS[i], label=split, hatch=("", "//", "xx")[i % 3], ec="white")
        ax.set(title=title, xticks=range(len(classes)), xticklabels=classes)
        ax.tick_params(axis="x", rotation=0 if max(map(len, classes)) < 4 else 90)
    axes[0].set_ylabel("share of the split")
    made.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return made


def against_ceilings(rows: Mapping[str, tuple[float, float, float]], reach: float, metric: str) -> Figure:
    """Show scores beside the best that anyone has published, and how far beyond it chance can reach.

    Args:
        rows: {feature: (score, ceiling, standard error of a score)}.
        reach: how many standard errors beyond the ceiling are still believable.
        metric: what the scores are.
    """
    made, (ax,) = figure(height=1.2 + 0.36 * len(rows))
    score, ceiling, error = np.array(list(rows.values())).T
    at = np.arange(len(rows))
    flagged = score > ceiling + reach * error
    ax.barh(at, reach * error, 0.5, ceiling, color=COLORS[5], label=f"best published + {reach:g} SE")
    ax.plot(ceiling, at, "|", color=COLORS[-1], markersize=12, label="best published")
    for i, (label, chosen) in enumerate({"as expected": ~flagged, "too good to be true": flagged}.items()):
        ax.plot(score[chosen], at[chosen], MARKERS[i], color=COLORS[i], label=label)
    ax.set(yticks=at, yticklabels=list(rows), xlabel=metric)
    ax.invert_yaxis()
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.25), ncols=2)
    return made


def group_scores(series: Mapping[str, Sequence[tuple[int, float]]], metric: str) -> Figure:
    """Show one score a group, larger where the group has more rows, and each series' weighted mean as a line.

    Args:
        series: {what the groups have in common: [(rows, score)]}.
        metric: what the scores are.
    """
    made, (ax,) = figure(height=2.8)
    for i, groups in enumerate(series.values()):
        rows, score = np.array(sorted(groups, key=lambda group: group[1])).T
        height = i + np.linspace(-0.3, 0.3, len(rows))
        ax.scatter(score, height, s=2 * rows, color=COLORS[i], marker=MARKERS[i], alpha=0.7, linewidths=0)
        mean = np.average(score, weights=rows)
        ax.plot([mean, mean], [i - 0.4, i + 0.4], color=COLORS[-1], linewidth=1.5)
    ax.set(yticks=range(len(series)), yticklabels=list(series), xlabel=metric, ylim=(-0.6, len(series) - 0.4))
    ax.invert_yaxis()
    return made


def leak_curve(levels: NDArray, curves: Mapping[str, NDArray], honest: float, metric: str) -> Figure:
    """Show scores against how much of the test split an extractor saw, and the honest score as a line.

    Args:
        levels: (L,) shares of the test split that the extractor was trained on.
        curves: {rows that are scored: (L, S) scores, one column a seed}.
        honest: score of features that saw no test label.
        metric: what the scores are.
    """
    made, (ax,) = figure()
    for i, (label, scores) in enumerate(curves.items()):
        ax.plot(np.repeat(levels, scores.shape[1]), scores.ravel(), ".", color=COLORS[i], markersize=3)
        style = {"color": COLORS[i], "marker": MARKERS[i], "linestyle": ("-", "--", "-.")[i % 3]}
        there = ~np.isnan(scores).all(axis=1)
        ax.plot(levels[there], np.nanmean(scores[there], axis=1), label=label, **style)
    ax.axhline(honest, color=COLORS[-1], linestyle=":", label="no test label seen")
    ax.set(xlabel="share of the test rows whose labels the extractor saw", ylabel=metric)
    ax.legend(frameon=False)
    return made


def seen_and_unseen(prediction: NDArray, target: NDArray, seen: NDArray) -> Figure:
    """Show predictions over labels, apart for rows whose labels an extractor saw and for the others.

    Args:
        prediction: (n,) in units of the label.
        target: (n,) labels.
        seen: bool (n,)
    """
    made, axes = figure(columns=2, sharex=True, sharey=True)
    for i, (ax, title, rows) in enumerate(zip(axes, ("seen", "unseen"), (seen, ~seen), strict=True)):
        ax.scatter(target[rows], prediction[rows], s=6, color=COLORS[1 - i], marker=MARKERS[1 - i], lw=0)
        ax.plot([-3, 3], [-3, 3], color=COLORS[-1], linestyle=":", linewidth=1)
        ax.set(xlabel="label", title=f"{rows.sum()} {title} rows", xlim=(-3.2, 3.2), ylim=(-4.5, 4.5))
    axes[0].set_ylabel("reading")
    return made
