"""Pictures of the whole model: its data flow, a moment of its training, and which loss pushes which part."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from euar.plots.style import COLORS, MARKERS, figure

Shape = Sequence[int]

_PLACES = {"features": (0, 0), "projection": (1, 0), "gate": (2, 0.2), "experts": (2, -0.2), "h": (3, 0)}
_JOINT, _PREDICTION = (4, 0), (5, 0)
_ARROWS = (
    ("features", "projection"),
    ("projection", "gate"),
    ("projection", "experts"),
    ("gate", "h"),
    ("experts", "h"),
)


def flow(rows: Mapping[str, Mapping[str, Shape]], joint: Shape, prediction: Shape) -> Figure:
    """Draw what the model makes of a batch, from the features on the left to the prediction on the right.

    Args:
        rows: {modality: shapes of its `features`, `projection`, `gate`, `experts` and `h`}, top to bottom.
        joint: shape of the joint feature.
        prediction: shape of the prediction.
    """
    made, (ax,) = figure(width=9.2, height=1.35 * len(rows) + 0.4)
    middle = (1 - len(rows)) / 2
    ends = (_JOINT[0], middle), (_PREDICTION[0], middle)
    for i, (modality, shapes) in enumerate(rows.items()):
        at = {name: (x, y - i) for name, (x, y) in _PLACES.items()}
        for name, shape in shapes.items():
            label = modality if name == "features" else name
            _box(ax, at[name], label, shape, COLORS[i])
        for start, end in _ARROWS:
            _arrow(ax, at[start], at[end])
        _arrow(ax, at["h"], ends[0])
    _arrow(ax, *ends)
    _box(ax, ends[0], "joint", joint, COLORS[6])
    _box(ax, ends[1], "prediction", prediction, COLORS[6])
    ax.set(xlim=(-0.5, 5.5), ylim=(0.55 - len(rows), 0.45))
    ax.set_axis_off()
    return made


def moment(
    curves: Mapping[str, ArrayLike],
    experts: Mapping[str, tuple[ArrayLike, ArrayLike]],
    weights: ArrayLike,
    *,
    epochs: int,
    even: float,
) -> Figure:
    """Draw a training as it stands after some epochs: losses so far, experts, and where rows are sent.

    Args:
        curves: {what the legend says: (epochs so far + 1,), positive}.
        experts: {modality: (share of rows that choose each expert (N,), its mean sigma^2 there (N,))}.
        weights: (B, N) gate weights of some rows, zero for experts not chosen.
        epochs: of the whole training.
        even: the share under an even load, k / N.
    """
    made, (left, middle, right) = figure(3, width=9.2, height=3.3)
    for j, (name, values) in enumerate(curves.items()):
        left.plot(range(np.size(values)), values, color=COLORS[j], marker=MARKERS[j], ms=3, label=name)
    limits = {"xlim": (-0.3, epochs + 0.3), "ylim": (1e-4, 10)}
    left.set(title="losses, weighted", xlabel="epoch", yscale="log", **limits)
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.legend(frameon=False, fontsize="x-small", ncols=2, loc="upper center")
    for j, (name, (share, variance)) in enumerate(experts.items()):
        middle.plot(share, variance, color=COLORS[j], marker=MARKERS[j], linestyle="", label=name)
    middle.axvline(even, color=COLORS[6], linestyle=":", linewidth=1)
    middle.set(title="experts", xlabel="share of rows", ylabel=r"mean $\sigma^2$", xlim=(0, 1), ylim=(0.5, 2))
    middle.legend(frameon=False, fontsize="x-small", loc="upper right")
    image = right.imshow(weights, aspect="auto", cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    right.set(title="gate weights", xlabel="expert", ylabel="row")
    right.grid(visible=False)
    made.colorbar(image, ax=right)
    return made


def pushes(maps: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Figure:
    """Draw the gradient norms that each term of a loss sends to each part, a heat map for each moment.

    Args:
        maps: {moment: {term: {part: norm}}}; a norm of zero is white.
    """
    made, axes = figure(len(maps), width=9.2, height=3.0, sharey=True)
    for ax, (title, terms) in zip(axes, maps.items(), strict=True):
        norms = np.array([list(parts.values()) for parts in terms.values()])
        names = list(next(iter(terms.values())))
        shown = np.log10(np.where(norms > 0, norms, np.nan))
        image = ax.imshow(shown, cmap="Blues", vmin=-6, vmax=1, aspect="auto")
        for (i, j), norm in np.ndenumerate(norms):
            dark = norm > 1e-2
            text = f"{norm:.0e}" if norm > 0 else "0"
            ax.text(j, i, text, ha="center", va="center", fontsize=8, color="white" if dark else "black")
        ax.set_xticks(range(len(names)), names, rotation=30, ha="right")
        ax.set_yticks(range(len(terms)), terms)
        ax.set_title(title)
        ax.grid(visible=False)
    bar = made.colorbar(image, ax=axes, ticks=range(-6, 2, 2))
    bar.ax.set_yticklabels([f"$10^{{{power}}}$" for power in range(-6, 2, 2)])
    return made


def _box(ax: Axes, place: tuple[float, float], name: str, shape: Shape, color: str) -> None:
    text = f"{name}\n({', '.join(map(str, shape))})"
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": color, "linewidth": 1.5}
    ax.text(*place, text, ha="center", va="center", fontsize=9, bbox=box, zorder=3)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "->", "color": "#666666", "shrinkA": 32, "shrinkB": 34}
    ax.annotate("", end, start, arrowprops=style)
