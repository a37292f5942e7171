"""Does sigma measure noise?"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.findings.wording import Answer, between, listed, passes, side
from euar.chapters.what_sigma_knows.measure import by_network
from euar.data import load
from euar.experiments.store import age
from euar.intervals import t_interval
from euar.plots.forest import forest

WORLDS, VIEWS, MOMENTS = ("loud", "quiet"), ("text", "audio", "vision"), ("selected", "last")
METERS = {"mean": r"mean $\sigma^2$", "log": r"mean $\log\sigma^2$"}
Known = Mapping[tuple[str, ...], dict[str, Any]]


class Reading(NamedTuple):
    """A way to read one modality's sigma^2 from a network."""

    network: str
    view: str
    meter: str
    moment: str


def results() -> Known:
    """Return {(network, data): result} of the networks that see all modalities."""
    return {key[:2]: result for key, result in by_network().items() if len(key) == 5}


def correlations(known: Known, world: str, one: Reading, test: str = "noise") -> NDArray:
    """Return the rank correlation of a reading with the known noise, by seed, (S,).

    Args:
        known: see `results`.
        world: or data set.
        one: the reading.
        test: what it is correlated with, see `what_sigma_knows.measure.look`.
    """
    states = (run["states"][one.moment] for run in known[one.network, world]["runs"])
    return np.array([state["views"][one.view][one.meter][test] for state in states])


def likelihood(known: Known, world: str, view: str, moment: str = "selected") -> NDArray:
    """Return the same for the one variance of the Gaussian likelihood, (S,)."""
    runs = known["likelihood", world]["runs"]
    return np.array([run["states"][moment]["whole"][view]["noise"] for run in runs])


def answered_by_likelihood(known: Known) -> list[str]:
    """Return the modalities whose noise the likelihood's variance rises with in both worlds."""
    return [v for v in VIEWS if all(side(t_interval(likelihood(known, w, v))) > 0 for w in WORLDS)]


def answer(known: Known) -> Answer:
    """Return what the results say.

    Args:
        known: see `results`.
    """
    signs = [[side(t_interval(correlations(known, w, one))) for w in WORLDS] for one in _readings()]
    rising, turning = [min(pair) > 0 for pair in signs], [pair[0] * pair[1] < 0 for pair in signs]
    risen = answered_by_likelihood(known)
    rest = [view for view in VIEWS if view not in risen]
    verdict = (
        f"**{passes(rising)}.** Of {len(signs)} readings of $\\sigma^2$, {sum(rising)} rise with the noise "
        f"in both simulated worlds (loud, quiet); {sum(turning)} change sign between them. A Gaussian "
        f"likelihood's variance rises in both with the noise of {listed(risen)}"
        f"{', not of ' + listed(rest) if risen and rest else ''}."
    )
    return Answer(verdict, _caption(known), _undecided(known))


def picture(known: Known) -> Figure:
    """Draw the correlations with the noise in both worlds: each network's mean log, and the likelihood."""
    rows = {
        f"{view}, {world}": {
            **{name: correlations(known, world, one) for name, one in _drawn(view).items()},
            r"likelihood: $\log v$": likelihood(known, world, view),
        }
        for view in VIEWS
        for world in WORLDS
    }
    return forest(rows, "rank correlation with the known noise, selected epoch", lines={"": 0})


def _readings() -> Iterator[Reading]:
    for network in ("default", "paper"):
        for view in VIEWS:
            yield from (Reading(network, view, meter, m) for meter in METERS for m in MOMENTS)


def _drawn(view: str) -> dict[str, Reading]:
    """The meter of each network that follows the noise of the loud world best."""
    return {
        f"default: {METERS['log']}": Reading("default", view, "log", "selected"),
        f"literal: {METERS['mean']}": Reading("paper", view, "mean", "selected"),
    }


def _caption(known: Known) -> str:
    readings = [one for view in VIEWS for one in _drawn(view).values()]
    drawn = [[t_interval(correlations(known, w, one)) for w in WORLDS] for one in readings]
    turned = sum(side(loud) * side(quiet) < 0 for loud, quiet in drawn)
    return (
        f"Only the volume differs: {turned} of {len(drawn)} readings of $\\sigma^2$ shown change sides, "
        f"whole interval. [Measured](what_sigma_knows.ipynb) {age(known.values())}."
    )


def _undecided(known: Known) -> str:
    tweets = load("embedded")
    views = [(n, v, m) for n in ("default", "paper") for v in tweets.modalities for m in METERS]
    asked = [Reading(n, v, m, "selected") for n, v, m in views]
    found = [correlations(known, "embedded", one, "raters given").mean() for one in asked]
    rows = (tweets.split == "test") & (tweets.meta["pool"] == "20")
    return (
        "real noise is unknown. With raters' disagreement, $\\sigma^2$ correlates at "
        f"{between(found, 2)}; up to {2 / np.sqrt(rows.sum()):.2f} may be chance."
    )
