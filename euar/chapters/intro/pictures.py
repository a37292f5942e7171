"""The method as one picture: where a sample goes, and where each loss attaches."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from euar.plots.style import COLORS

Point = tuple[float, float]

_BLUE, _RED, _GREY, _PALE = COLORS[0], COLORS[1], "#666666", "#AAAAAA"
_EXPERTS = {38: True, 32.5: False, 27: True, 21.5: False}  # height of each and whether the gate chose it
_GATE, _SUM, _INPUT = (59, 46), (73.5, 33), (35, 33)


def architecture(modalities: Sequence[str]) -> Figure:
    """Draw the model (Eq. 1-12): one layer opened, the others closed, fusion and head; losses in dashes.

    Args:
        modalities: three names; the first one's layer is drawn open.
    """
    import matplotlib.pyplot as plt

    made, ax = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
    ax.set(xlim=(0, 106), ylim=(0, 60))
    ax.set_axis_off()
    for name, height in zip(modalities, (33, 10.5, 3.5), strict=True):
        _modality(ax, name, height)
    _open_layer(ax)
    _fusion(ax)
    _losses(ax)
    return made


def _modality(ax: Axes, name: str, height: float) -> None:
    """A modality's features, its projection, and the arrow that leads into its layer."""
    _box(ax, (7.5, height), name, (14, 5))
    _box(ax, (24, height), "projection", (13.5, 5))
    _arrow(ax, (14.5, height), (17.2, height))
    _arrow(ax, (30.8, height), (34, height))
    if height < 20:
        _box(ax, (55, height), "gate + Gaussian experts", (42, 5))
        _arrow(ax, (76, height), (81.3, 30 if height > 8 else 27))


def _open_layer(ax: Axes) -> None:
    """The layer of one modality: gate and experts read the same input, the sum joins the chosen."""
    ax.add_patch(FancyBboxPatch((34.5, 17), 42.5, 33.5, boxstyle="round,pad=0.4", fc="#F4F7FA", ec=_GREY))
    _box(ax, _GATE, "gate, Eq. 5", (13, 4.5))
    _arrow(ax, _INPUT, (52.2, 45))
    _arrow(ax, (65.7, 44.5), (73, 35.5))
    ax.text(73.3, 41.8, "weights", fontsize=8.5, ha="center")
    ax.add_patch(FancyBboxPatch((53, 18.7), 12, 22.1, boxstyle="round,pad=0.4", fc="none", ec=_GREY, ls=":"))
    for height, chosen in _EXPERTS.items():
        _arrow(ax, _INPUT, (53.3, height), _BLUE if chosen else _PALE)
        _bell(ax, (59, height), chosen)
    for height in (height for height, chosen in _EXPERTS.items() if chosen):
        _arrow(ax, (64.8, height), (71.5, 33), _BLUE)
    ax.text(35.5, 18.3, "experts, Eq. 1-3", va="center", fontsize=8.5)
    ax.text(*_SUM, r"$\Sigma$", ha="center", va="center", fontsize=14)
    ax.text(73.5, 28.6, "Eq. 6", ha="center", va="center", fontsize=8.5)
    _arrow(ax, (76, 33), (81.3, 32.5))


def _fusion(ax: Axes) -> None:
    """From the modalities' features to the prediction."""
    _box(ax, (85, 32), "fusion", (7, 20), rotation=90)
    _box(ax, (94.5, 32), "head", (6.5, 12), rotation=90)
    _arrow(ax, (88.6, 32), (91.1, 32))
    _arrow(ax, (97.9, 32), (101.5, 32))
    ax.text(103.6, 32, r"$\hat{y}$", ha="center", va="center", fontsize=14)


def _losses(ax: Axes) -> None:
    """The four terms of Eq. 12, each tied to what it trains."""
    _loss(ax, (30, 57), "KL, Eq. 4", [(52.6, 40.9)])
    _loss(ax, (58, 57), "load balance, Eq. 7-9", [(59, 48.5)])
    _loss(ax, (86, 57), "U-loss, Eq. 10", [(65.8, 46.5), (65.4, 40.9)])
    _loss(ax, (95, 11.5), "task loss,\nEq. 11", [(103.3, 29.4)])


def _box(ax: Axes, center: Point, text: str, size: Point, rotation: float = 0) -> None:
    corner = (center[0] - size[0] / 2, center[1] - size[1] / 2)
    ax.add_patch(FancyBboxPatch(corner, *size, boxstyle="round,pad=0.1", fc="white", ec="black"))
    ax.text(*center, text, ha="center", va="center", fontsize=8.5, rotation=rotation)


def _arrow(ax: Axes, start: Point, end: Point, color: str = "black") -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 0})


def _bell(ax: Axes, center: Point, chosen: bool) -> None:
    """An expert: a small normal density in a box, blue where the gate chose it."""
    color = _BLUE if chosen else _PALE
    corner = (center[0] - 5.5, center[1] - 2.4)
    ax.add_patch(FancyBboxPatch(corner, 11, 4.8, boxstyle="round,pad=0.1", fc="white", ec=color))
    x = np.linspace(-3, 3, 60)
    ax.plot(center[0] + 1.6 * x, center[1] - 1.8 + 3.6 * np.exp(-(x**2) / 2), color=color)


def _loss(ax: Axes, center: Point, text: str, targets: Sequence[Point]) -> None:
    for target in targets:
        line = {"arrowstyle": "->", "color": _RED, "linestyle": "dashed", "shrinkB": 0}
        ax.annotate("", target, center, arrowprops=line)
    box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": _RED, "linestyle": "dashed"}
    ax.text(*center, text, ha="center", va="center", fontsize=8.5, color=_RED, bbox=box)
