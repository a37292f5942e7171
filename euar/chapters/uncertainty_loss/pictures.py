"""Pictures of "The uncertainty loss": three ways to lower it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from euar.plots.curves import curve_panels
from euar.plots.style import COLORS, figure, legend_below, top_down

FACTORS = ("kept", "variance", "preference")
_HATCHES = ("", "//", "..")


def descents(runs: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Draw the three factors of the U-loss over the steps of a descent, a panel a side that may move.

    Args:
        runs: {what may move: a `state` for each step}.
    """
    names = dict(zip(FACTORS, FACTORS, strict=True)) | {"u": "U-loss"}
    relative = {
        title: {label: [s[name] / states[0][name] for s in states] for name, label in names.items()}
        for title, states in runs.items()
    }
    steps = range(len(next(iter(runs.values()))))
    return curve_panels(relative, steps, label="step", unit="value / value at step 0", yscale="log")


def shares(rows: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw how far each factor lowers the U-loss: logarithms add up, so bars stand end to end.

    Args:
        rows: {setting: {factor: its value divided by that without the loss}}; a value above 1 points right.
    """
    made, (ax,) = figure(width=7, height=1 + 0.45 * len(rows))
    for name, color, hatch in zip(FACTORS, COLORS, _HATCHES, strict=False):
        for height, factors in enumerate(rows.values()):
            length = np.log10(factors[name])
            before = [np.log10(factors[n]) for n in FACTORS[: FACTORS.index(name)]]
            left = sum(v for v in before if (v < 0) == (length < 0))
            label = name if height == 0 else None
            ax.barh(height, length, left=left, color=color, hatch=hatch, edgecolor="white", label=label)
    ax.axvline(0, color="black", lw=1)
    ax.set_xlabel("log10 of the change (-1: a tenth is left)")
    top_down(ax, list(rows))
    legend_below(made)
    return made
