"""Pictures of the ledger: scores beside the paper's, joint features side by side, systems by mean rank."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.intervals import Interval
from euar.plots.style import COLORS, MARKERS, figure, legend_below, top_down

_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "the paper": {"color": COLORS[1], "marker": "D", "mfc": "none"},
    "ours, frozen features": {"color": COLORS[0], "marker": "o"},
    "ours, encoders trained along": {"color": COLORS[2], "marker": "^"},
}
_SIGNS = {-1.0: "negative", 0.0: "neutral", 1.0: "positive"}


class Line(NamedTuple):
    """A line of a picture: scores on the left, a difference on the right, all as fractions.

    Attributes:
        label: what is scored.
        paper: what the paper says; None for nothing.
        frozen: (S,) ours on frozen features; None where not measured.
        trained: (S,) with encoders that train along; None where not measured.
        lead: the paper's own system minus the other; None where the paper has no such pair.
        difference: ours minus the other, with its interval; None where not measured.
        detectable: the true difference that would have been found in four of five tries.
        error: one standard error of a single system's score over the test rows; None where not measured.
    """

    label: str
    paper: float | None = None
    frozen: NDArray[Any] | None = None
    trained: NDArray[Any] | None = None
    lead: float | None = None
    difference: Interval | None = None
    detectable: float | None = None
    error: float | None = None


def dumbbells(groups: Mapping[str, Sequence[Line]], other: str) -> Figure:
    """Draw a pair of panels for each group: the paper's score and ours, and EUAR's lead there and here.

    Args:
        groups: {title: lines}, top to bottom.
        other: what EUAR is compared with on the right.
    """
    sizes = [len(lines) for lines in groups.values()]
    height = 0.9 + 0.75 * len(sizes) + 0.24 * sum(sizes)
    made, axes = figure(2, 8.4, height, rows=len(sizes), gridspec_kw={"height_ratios": sizes})
    for left, right, (title, lines) in zip(axes[::2], axes[1::2], groups.items(), strict=True):
        top_down(left, [line.label for line in lines])
        top_down(right, [""] * len(lines))
        left.set_title(title, loc="left", fontsize="medium")
        for place, line in enumerate(lines):
            _scores(left, place, line)
            _lead(right, place, line)
        right.axvline(0, color="black", lw=1, ls="--")
    axes[-2].set_xlabel("score, hundredths")
    axes[-1].set_xlabel(f"EUAR minus {other}, hundredths")
    legend_below(made)
    return made


def joint_grid(
    pictures: Mapping[str, Mapping[str, NDArray]], signs: NDArray, notes: Mapping[str, Mapping[str, str]]
) -> Figure:
    """Draw t-SNE pictures of joint features, a line of panels for each test split, a panel a system.

    Args:
        pictures: {test split: {system: (n, 2)}}.
        signs: (n,) of the labels: -1, 0 or 1.
        notes: {test split: {system: the number that stands below the panel}}.
    """
    panels = [(test, system) for test, by_system in pictures.items() for system in by_system]
    columns = max(map(len, pictures.values()))
    made, axes = figure(columns=columns, width=2.6 * columns, height=2.9 * len(pictures), rows=len(pictures))
    for ax, (test, system) in zip(axes, panels, strict=True):
        points = pictures[test][system]
        for sign, color, marker in zip(_SIGNS, COLORS, MARKERS, strict=False):
            x, y = points[signs == sign].T
            ax.plot(x, y, marker, color=color, ms=3, alpha=0.5, mew=0, label=_SIGNS[sign])
        ax.set(title=f"{system}, {test}", xlabel=notes[test][system], xticks=[], yticks=[])
        ax.grid(False)
    legend_below(made)
    return made


def rank_picture(names: Sequence[str], ranks: Sequence[float], critical: float) -> Figure:
    """Draw systems by mean rank, best on top, each with the critical difference to its right.

    Two systems are told apart where the bar of the better ends before the mark of the other.

    Args:
        names: of the systems, best first.
        ranks: their mean ranks, 1 is best.
        critical: see `euar.experiments.statistics.Ranks`.
    """
    made, (ax,) = figure(height=0.9 + 0.32 * len(names))
    heights = range(len(names))
    ax.hlines(heights, ranks, [rank + critical for rank in ranks], color=COLORS[5], lw=5, alpha=0.6)
    ax.plot(ranks, heights, "o", color=COLORS[0], ms=6)
    ax.set(xlabel="mean rank, 1 is best; bar: critical difference", yticks=heights, yticklabels=names)
    ax.invert_yaxis()
    return made


def _scores(ax: Axes, place: int, line: Line) -> None:
    ours = (None if values is None else values.mean() for values in (line.frozen, line.trained))
    found = {n: 100 * v for n, v in zip(_LOOKS, (line.paper, *ours), strict=True) if v is not None}
    if found:
        ax.hlines(place, min(found.values()), max(found.values()), color="0.75", lw=2, zorder=0)
    for name, value in found.items():
        ax.plot(value, place, ls="none", ms=6, label=name, **_LOOKS[name])


def _lead(ax: Axes, place: int, line: Line) -> None:
    """What cannot be told from zero is grey: pale for rows, darker for seeds."""
    if line.error is not None:
        told = "one standard error over test rows"
        ax.hlines(place, -100 * line.error, 100 * line.error, color="0.9", lw=11, zorder=0, label=told)
    if line.detectable is not None:
        reach, told = 100 * line.detectable, "too small for our seeds to find"
        ax.hlines(place, -reach, reach, color="0.72", lw=5, zorder=1, label=told)
    if line.difference is not None:
        mean, low, high = 100 * np.array(line.difference[:3])
        ends = [[mean - low], [high - mean]]
        ax.errorbar([mean], [place], xerr=ends, ls="none", ms=6, capsize=3, **_LOOKS["ours, frozen features"])
    if line.lead is not None:
        ax.plot(100 * line.lead, place, ls="none", ms=6, **_LOOKS["the paper"])
