"""How all pictures look: one palette that colour-blind readers can tell apart, one set of markers, one size.

Colours are those of Okabe and Ito (2008), darkest contrasts first. Figures have a white ground; the book lays
them on a light card in dark mode.
"""

from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

_RULES = {  # what matplotlib reads when it makes the axes
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLORS),
}


def figure(columns: int = 1, width: float = 6.4, height: float = 3.4, **options) -> tuple[Figure, list[Axes]]:
    """Return a figure in the book's style and its axes, left to right.

    Args:
        columns: panels side by side.
        width: of the figure, inches.
        height: of the figure, inches.
        **options: for `matplotlib.pyplot.subplots`, such as `sharey=True`.
    """
    import matplotlib.pyplot as plt

    with plt.rc_context(_RULES):
        made, axes = plt.subplots(
            1, columns, figsize=(width, height), layout="constrained", squeeze=False, **options
        )
    return made, list(axes[0])
