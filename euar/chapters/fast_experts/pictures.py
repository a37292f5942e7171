"""Pictures of the chapter on fast experts, from the records in `results/benchmarks/`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.fast_experts.shares import shares
from euar.intervals import Interval
from euar.plots.curves import curve_panels
from euar.plots.forest import forest
from euar.plots.style import COLORS, figure, legend_below, plain_ticks, top_down

Record = Mapping[str, Any]

#: The steps of the chapter, ways of the benchmark `layer`.
_STEPS = {
    "naive": "a loop over all experts",
    "selected, dense": "all experts in one product",
    "selected, sorted": "the chosen, sorted by expert",
}
_HATCHES = ("", "//", "", "xx", "", "", "..")
_LEAST = 0.005  # a share that can be seen
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def ratios(record: Record, mode: str, over: str | None = None) -> Figure:
    """Show by shape how many times as fast as a rival one of our ways is, coloured on both sides of 1.

    Args:
        record: of the benchmark `layer` or `predict`.
        mode: one of its ways, such as `"selected"`.
        over: the rival; by default the one that the benchmark's goals name.
    """
    rival = over or record["over"]
    found = {
        (row["cell"]["batch"], row["cell"]["experts"]): row["ratios"][mode][rival]["median"]
        for row in record["rows"]
    }
    batches, numbers = (sorted({key[axis] for key in found}) for axis in (0, 1))
    grid = np.array([[found.get((b, n), np.nan) for n in numbers] for b in batches])
    steps = np.log2(grid)
    reach = max(1.0, float(np.nanmax(np.abs(steps))))
    made, (ax,) = figure(width=1.6 + 1.1 * len(numbers), height=1.2 + 0.5 * len(batches))
    image = ax.imshow(steps, cmap="PuOr_r", norm=TwoSlopeNorm(0, -reach, reach), aspect="auto")
    for (i, j), ratio in np.ndenumerate(grid):
        if not np.isnan(ratio):
            ink = _ink(image.to_rgba(steps[i, j]))
            ax.text(
                j, i, f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}", ha="center", va="center", color=ink
            )
    ax.set(xticks=range(len(numbers)), xticklabels=numbers, xlabel="experts N", ylabel="rows B")
    ax.set(yticks=range(len(batches)), yticklabels=batches, title=f"{mode}: times as fast as {rival}")
    ax.grid(visible=False)
    return made


def growth(record: Record) -> Figure:
    """Draw the time of a step over the number of experts, both logarithmic, and the floor of the chosen.

    Args:
        record: of the benchmark `growth`.
    """
    rows = sorted(record["rows"], key=lambda row: row["cell"]["experts"])
    ways = [*record["ours"], record["over"]]
    lines = {way: [row["ms"].get(way, {}).get("median", np.nan) for row in rows] for way in ways}
    lines["floor of the chosen"] = [row["floor_ms"]["selected"] for row in rows]
    return curve_panels(
        {"": lines},
        [row["cell"]["experts"] for row in rows],
        label="experts N",
        unit="milliseconds",
        xscale="log",
        yscale="log",
    )


def floor(record: Record) -> Figure:
    """Draw how many times as long as its floor each way takes, by shape: median and quartiles of the rounds.

    Ours have the floor of what they ask, the rival that of all experts.

    Args:
        record: of the benchmark `layer`, `predict`, `growth` or `step`.
    """
    shapes = {
        _shape(row): {
            way: _interval(row, way, way if way in record["ours"] else _dense(row))
            for way in (*record["ours"], record["over"])
            if way in row["over_floor"]
        }
        for row in record["rows"]
    }
    return _times(shapes, "time ÷ floor", {"floor": 1})


def steps(record: Record) -> Figure:
    """Draw how many times as long as the floor of the chosen experts each step of the chapter takes.

    Args:
        record: of the benchmark `layer`; of its shapes those where all steps were timed.
    """
    shapes = {
        _shape(row): {label: _interval(row, way, "selected") for way, label in _STEPS.items()}
        for row in record["rows"]
        if _STEPS.keys() <= row["over_floor"].keys()
    }
    return _times(shapes, "time ÷ floor of the chosen", {"floor": 1})


def tried(record: Record) -> Figure:
    """Draw how many times as long as ours each other way takes, where experts share the rows and where not.

    Args:
        record: of the benchmark `skew`.
    """
    shapes = {
        f"{_shape(row)}, {'one in every choice' if row['cell']['push'] else 'even'}": {
            rival: _spread(row["ratios"]["selected"][rival], row["rounds"])
            for rival in ("padded", "gathered", "dispatcher")
        }
        for row in record["rows"]
    }
    return _times(shapes, "time ÷ ours", {"ours": 1})


def parts(record: Record) -> Figure:
    """Draw how our time divides among kinds of work, a bar for each shape; kinds too small to see are out.

    Args:
        record: of the benchmark `where`.
    """
    found = shares(record)
    made, (ax,) = figure(width=7.2, height=1.1 + 0.27 * len(found))
    left = np.zeros(len(found))
    for place, kind in enumerate(next(iter(found.values()))):
        taken = np.array([of[kind] for of in found.values()])
        if taken.max() >= _LEAST:
            look: dict[str, Any] = {
                "color": COLORS[place],
                "hatch": _HATCHES[place],
                "ec": "white",
                "lw": 0.5,
            }
            ax.barh(np.arange(len(found)), taken, 0.75, left, label=kind, **look)
        left += taken
    ax.set(xlabel="share of our time", xlim=(0, 1))
    ax.grid(visible=False, axis="y")
    top_down(ax, list(found))
    legend_below(made)
    return made


def _times(shapes: dict[str, dict[str, Interval]], label: str, lines: dict[str, float]) -> Figure:
    """A forest of ratios on a logarithmic axis with plain ticks."""
    made = forest(shapes, label, lines=lines, scale="log")
    low, high = made.axes[0].get_xlim()
    plain_ticks(made.axes[0].xaxis, [tick for tick in _TICKS if low <= tick <= high])
    return made


def _shape(row: Mapping[str, Any]) -> str:
    return f"B = {row['cell']['batch']}, N = {row['cell']['experts']}"


def _ink(ground: NDArray[np.float64]) -> str:
    """Black or white, whichever has more contrast with a colour (4,)."""
    luminance = np.dot(np.power(ground[:3], 2.2), (0.2126, 0.7152, 0.0722))
    return "white" if luminance < 0.18 else "black"


def _dense(row: Mapping[str, Any]) -> str:
    """The highest floor of a row: that of all experts, where there are several."""
    return max(row["floor_ms"], key=row["floor_ms"].__getitem__)


def _interval(row: Mapping[str, Any], way: str, lowest: str) -> Interval:
    return _spread(row["over_floor"][way][lowest], row["rounds"])


def _spread(found: Mapping[str, float], rounds: int) -> Interval:
    return Interval(found["median"], found["low"], found["high"], rounds)
