"""How all pictures look: one palette that colour-blind readers can tell apart, one look a system, one size.

Colours are those of Okabe and Ito (2008), darkest contrasts first. Figures have a white ground; the book lays
them on a light card in dark mode.
"""

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Any
from zlib import crc32

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from euar.systems import SYSTEMS

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":")
_GUEST_MARKERS = (">", "p", "*", "h", "d", "8")  # of systems that are not listed below
_SYSTEMS = {
    "euar": (COLORS[0], "o"),
    "euar, paper": (COLORS[1], "s"),
    "euar, released": (COLORS[2], "^"),
    "euar, calibrated": (COLORS[3], "p"),
    "mlp experts": (COLORS[3], "D"),
    "linear experts": (COLORS[2], "<"),
    "concat": (COLORS[4], "v"),
    "linear head": (COLORS[4], "x"),
    "late fusion": (COLORS[5], "P"),
    "heteroscedastic": (COLORS[0], "D"),
    "mc dropout": (COLORS[1], "v"),
    "deep ensemble": (COLORS[2], "P"),
    "ridge": (COLORS[6], "X"),  # black: no network
    "logistic": (COLORS[6], "X"),
    "constant": (COLORS[6], "*"),
}
_FREE = [(color, marker) for marker in "X<" for color in COLORS[:6] if (color, marker) != (COLORS[2], "<")]
_PUBLISHED = ["align", "mmtm", "tmc", "qmf", "dcca", "mctn", "mmin", "gcnet", "dicmor", "cubemlp", "confede"]
_SYSTEMS |= dict(zip(_PUBLISHED, _FREE, strict=True))


def appearance(name: str) -> tuple[str, str]:
    """Return the colour and the marker of a system, the same in every picture.

    Args:
        name: or label of a system; any other text has a look of its own, too.
    """
    system = _system(name)
    look, place = _SYSTEMS.get(system), crc32(system.encode())
    return look or (COLORS[place % 6], _GUEST_MARKERS[place // 6 % 6])


def appearances(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return {series: colour and marker} of a picture: by system where one is among them, else by place."""
    names = list(dict.fromkeys(names))
    looks = {name: appearance(name) for name in names if _system(name) in _SYSTEMS}
    if not looks:
        return dict(zip(names, zip(cycle(COLORS), cycle(MARKERS), strict=False), strict=False))
    for name in names:  # a guest gives way to a listed system of its colour
        color, marker = appearance(name)
        free = [other for other in COLORS if other not in {taken for taken, _ in looks.values()}]
        looks.setdefault(name, (color if color in free or not free else free[0], marker))
    return {name: looks[name] for name in names}


def figure(
    columns: int = 1, width: float = 6.4, height: float = 3.4, *, rows: int = 1, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure in the book's style and its axes, left to right, then top down.

    Args:
        columns: panels side by side.
        width: of the figure, inches.
        height: of the figure, inches.
        rows: lines of panels.
        **options: for `matplotlib.pyplot.subplots`, such as `sharey=True`.
    """
    import matplotlib.pyplot as plt

    made, axes = plt.subplots(
        rows, columns, figsize=(width, height), layout="constrained", squeeze=False, **options
    )
    for ax in axes.flat:  # no rc_context: leaving one turns a notebook's own display of figures off
        _style(ax)
    return made, list(axes.flat)


def top_down(ax: Axes, names: Sequence[str]) -> None:
    """Give a horizontal picture its rows, at heights 0, 1, …, the first on top."""
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.45, -0.55))


def plain_ticks(axis: Axis, values: Iterable[float]) -> None:
    """Label a logarithmic axis with these values alone, written as plain numbers."""
    values = list(values)
    axis.set_ticks(values, labels=[f"{value:,}" for value in values])
    axis.set_ticks([], minor=True)


def legend_below(made: Figure) -> None:
    """Put one legend of all panels below them, where it hides nothing; each label once; an older one goes."""
    found = [ax.get_legend_handles_labels() for ax in made.axes]
    once = {label: handle for both in found for handle, label in zip(*both, strict=True)}
    for old in list(made.legends):
        old.remove()
    widest = 0.65 + 0.065 * max(map(len, once))  # inches: the handle and the letters
    columns = min(len(once), 4, max(1, int(made.get_figwidth() / widest)))
    place: dict[str, Any] = {"loc": "outside lower center", "ncols": columns}
    made.legend([*once.values()], [*once], frameon=False, fontsize="small", **place)


def _system(name: str) -> str:
    label = SYSTEMS[name].label if name in SYSTEMS else name
    return label.lower().replace("-", " ")


def _style(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
    ax.set_axisbelow(True)
    ax.set_prop_cycle(color=COLORS)
