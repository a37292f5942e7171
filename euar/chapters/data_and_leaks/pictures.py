"""Pictures of split data sets: their scores over what they share, scores that are too good to be true."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from euar.plots.style import COLORS, MARKERS, figure, legend_below, top_down


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
    ax.set_xlabel(metric)
    top_down(ax, list(rows))
    legend_below(made)
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
    ax.set_xlabel(metric)
    top_down(ax, list(series))
    return made
