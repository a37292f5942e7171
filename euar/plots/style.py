"""How all pictures look: one palette that colour-blind readers can tell apart, one set of markers, one size.

Colours are those of Okabe and Ito (2008), darkest contrasts first. Figures have a white ground; the book lays
them on a light card in dark mode.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def figure(columns: int = 1, width: float = 6.4, height: float = 3.4, **options) -> tuple[Figure, list[Axes]]:
    """Return a figure in the book's style and its axes, left to right.

    Args:
        columns: panels side by side.
        width: of the figure, inches.
        height: of the figure, inches.
        **options: for `matplotlib.pyplot.subplots`, such as `sharey=True`.
    """
    import matplotlib.pyplot as plt

    made, axes = plt.subplots(
        1, columns, figsize=(width, height), layout="constrained", squeeze=False, **options
    )
    for ax in axes[0]:  # no rc_context: leaving one turns a notebook's own display of figures off
        _style(ax)
    return made, list(axes[0])


def _style(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
    ax.set_axisbelow(True)
    ax.set_prop_cycle(color=COLORS)
