"""What was measured of the U-loss, by setting: a value for each seed.

Letters: S seeds.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gmean

from euar.chapters.uncertainty_loss.measure import Push

Key = tuple[float, str | None, str]  # the weight of the U-loss, what it may not move, the gate
Known = Mapping[Key, dict[str, Any]]
_MOVED = {None: "", "gate": ", experts alone", "variance": ", gate alone"}


def by_key(pairs: Iterable[tuple[Push, dict[str, Any]]]) -> Known:
    """Return {key: result} of measurements and their results."""
    return {(push.lam, push.detach, push.renormalize): result for push, result in pairs}


def label(key: Key) -> str:
    """Return the weight, and which side alone the loss may move, in words."""
    return f"λ = {key[0]:g}{_MOVED[key[1]]}"


def without(key: Key) -> Key:
    """Return the same gate without the U-loss."""
    return (0.0, None, key[2])


def state(known: Known, key: Key, name: str, moment: str = "selected") -> NDArray:
    """Return a number of `measure.state`, a mean over views, (S,).

    Args:
        known: see `by_key`.
        key: of the setting.
        name: of the number.
        moment: `start`, before training, or the `selected` or the `last` epoch.
    """
    views = (run["states"][moment].values() for run in known[key]["runs"])
    return np.array([np.mean([view[name] for view in each]) for each in views])


def typical(known: Known, key: Key, name: str) -> float:
    """Return the geometric mean of a number of `measure.state` over views and seeds, at the selected epoch.

    Those of the three factors multiply to that of the loss, as they do in one view of one model.
    """
    views = (view for run in known[key]["runs"] for view in run["states"]["selected"].values())
    return float(gmean([view[name] for view in views]))


def more(known: Known, key: Key, name: str) -> NDArray:
    """Return what the U-loss adds to a `state`, paired by seed, (S,)."""
    return state(known, key, name) - state(known, without(key), name)


def harm(known: Known, key: Key, split: str = "test") -> NDArray:
    """Return what the U-loss adds to the mean absolute error, paired by seed, (S,)."""
    ours, theirs = ([run[split]["mae"] for run in known[one]["runs"]] for one in (key, without(key)))
    return np.subtract(ours, theirs)
