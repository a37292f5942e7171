"""Do the router and the U-loss avoid uncertain experts, and does that help?"""

from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.findings.wording import APART, Answer, reach, side, standing
from euar.chapters.uncertainty_loss.measure import measurements
from euar.chapters.uncertainty_loss.settings import Key, Known, by_key, harm, more, state, without
from euar.experiments.store import age, newest
from euar.intervals import t_interval
from euar.plots.forest import forest

SPLITS = {"test": "clean rows", "noisy": "noisy rows"}
PAPER, GATE, OBEDIENT = (1e-3, None, "none"), (3.0, "variance", "none"), (3.0, "variance", "topk")
_DRAWN = {
    PAPER: "the paper's weight",
    (3.0, None, "none"): "3000 times as much",
    GATE: "on the gate alone",
    (3.0, "gate", "none"): "on the experts alone",
    OBEDIENT: "on a gate that sums to 1",
}


def results() -> Known:
    """Return the newest results by key."""
    return by_key(newest("uncertainty_loss", measurements()))


def answer(known: Known) -> Answer:
    """Return what the results say.

    Args:
        known: see `results`.
    """
    base = without(PAPER)
    number = len(next(iter(known[base]["runs"][0]["experts"].values()))["load"])
    verdict = (
        f"**Do they?** Without U-loss, {state(known, base, 'agreement').mean():.0%} of rows choose their "
        f"surest expert first (chance: 1 in {number}); the paper's weight "
        f"{_change(known, PAPER)} that. With a strong U-loss on the gate alone, it avoids uncertain experts "
        f"{_avoids(known, GATE)}. **Does it help?** The error {_helped(known)}."
    )
    return Answer(verdict, _caption(known), _undecided(known))


def picture(known: Known) -> Figure:
    """Draw what the U-loss adds to the error; each row says how often router and variance agree."""
    rows = {
        f"{name} (agree: {state(known, key, 'agreement').mean():.0%})": {
            title: harm(known, key, split) for split, title in SPLITS.items()
        }
        for key, name in _DRAWN.items()
    }
    return forest(rows, "change of the MAE on tweets by the U-loss; left is better", lines={"": 0})


def _helped(known: Known) -> str:
    clean, noisy = ([side(t_interval(values)) for values in _harms(known, split)] for split in SPLITS)
    return (
        f"falls in {clean.count(-1)} of {len(clean)} settings (rises in {clean.count(1)}), on noisy rows in "
        f"{noisy.count(-1)} (rises in {noisy.count(1)})"
    )


def _harms(known: Known, split: str) -> list[NDArray]:
    return [harm(known, key, split) for key in known if key[0]]


def _change(known: Known, key: Key) -> str:
    sign = side(t_interval(more(known, key, "agreement")))
    return {1: "raises", 0: "does not measurably change", -1: "lowers"}[sign]


def _avoids(known: Known, key: Key) -> str:
    """The preference is below 1 where uncertain experts are avoided."""
    sign = side(t_interval(more(known, key, "preference")))
    return {1: "less than without it", 0: "not measurably more or less", -1: "more than without it"}[sign]


def _caption(known: Known) -> str:
    helped = standing(t_interval(harm(known, OBEDIENT)), less_is_better=True)
    return (
        f"In brackets: agreement under the U-loss. In the last row the loss {_change(known, OBEDIENT)} it; "
        f"the model is {helped} that without it. [Measured](uncertainty_loss.ipynb) {age(known.values())}."
    )


def _undecided(known: Known) -> str:
    open_ = {
        title: [v for v in _harms(known, split) if standing(t_interval(v), less_is_better=True) == APART]
        for split, title in SPLITS.items()
    }
    parts = [f"{reach(values, 3)} on {title}" for title, values in open_.items() if values]
    if not parts:
        return "every interval over seeds excludes zero; other test rows may differ."
    return f"smaller changes. {', '.join(parts)} would show in four of five tries."
