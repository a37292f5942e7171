"""Pictures of the knobs: what each does to the error, and what inside the mixtures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from euar.chapters.one_recipe.records import INSIDE, WORDS, Turned, inside
from euar.intervals import Interval
from euar.plots.curves import curve_panels
from euar.plots.forest import forest

_SHOWN = ("kept", "agreement", "chosen")


def errors(effects: Mapping[str, ArrayLike | Interval]) -> Figure:
    """Draw test errors minus that of the reference, one row a change.

    Args:
        effects: {title: a difference for each seed (S,)}.
    """
    rows = {name: {"": values} for name, values in effects.items()}
    return forest(rows, "test error minus that of the reference", lines={"": 0})


def mixtures(turned: Turned, knob: str, views: Sequence[str]) -> Figure:
    """Draw what the mixtures of some views do as a knob with numbers is turned, from its lowest value on.

    Args:
        turned: what was measured.
        knob: one of its knobs.
        views: modalities.
    """
    values = list(turned.knobs[knob])
    panels: dict[str, dict[str, Any]] = {
        INSIDE[what]: {
            view: np.transpose([inside(turned.knobs[knob][value], view, what) for value in values])
            for view in views
        }
        for what in _SHOWN
    }
    places = np.arange(1.0, len(values) + 1)
    ticks: dict[str, Any] = {"xticks": places, "xticklabels": [f"{value:g}" for value in values]}
    return curve_panels(panels, places, label=WORDS.get(knob, knob), **ticks)
