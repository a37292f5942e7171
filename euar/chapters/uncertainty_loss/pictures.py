"""Pictures of "The uncertainty loss": three ways to lower it, and where rows go."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from euar.plots.style import COLORS, MARKERS, figure

FACTORS = ("kept", "variance", "preference")
_HATCHES = ("", "//", "..")


def descents(runs: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Draw the three factors of the U-loss over the steps of a descent, a panel a side that may move.

    Args:
        runs: {what may move: a `state` for each step}.
    """
    made, axes = figure(len(runs), width=8.4, height=3.2, sharey=True)
    for ax, (title, states) in zip(axes, runs.items(), strict=True):
        for name, color, style in zip(FACTORS, COLORS, ("-", "--", ":"), strict=False):
            ax.plot([s[name] / states[0][name] for s in states], color=color, ls=style, lw=2, label=name)
        ax.plot([s["u"] / states[0]["u"] for s in states], color="black", lw=1, label="U-loss")
        ax.set(title=title, xlabel="step", yscale="log")
    axes[0].set_ylabel("value / value at step 0")
    axes[-1].legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return made


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
    ax.set(xlabel="log10 of the change (-1: a tenth is left)", yticks=range(len(rows)), yticklabels=rows)
    ax.invert_yaxis()
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return made


def routing_map(experts: Mapping[str, Mapping[str, Sequence[float]]], even: float, limits) -> Figure:
    """Draw each expert's share of the rows against its mean variance; the dashed line is an even load.

    Args:
        experts: {modality: {`load` and `variance`: (N,)}}.
        even: the share under an even load, k / N.
        limits: of the variance's axis, the same for pictures that are compared.
    """
    made, (ax,) = figure(width=6.4, height=3.6)
    for (name, found), color, marker in zip(experts.items(), COLORS, MARKERS, strict=False):
        ax.scatter(found["variance"], found["load"], s=45, color=color, marker=marker, label=name)
    ax.axhline(even, color="black", lw=1, ls="--")
    ax.set(xlabel="mean variance of an expert", ylabel="share of test rows", ylim=(-0.03, 1.03))
    ax.set(xscale="log", xlim=limits)
    ax.legend(frameon=False)
    return made
