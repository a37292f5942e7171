"""What was measured around the reference: by knob, beside it, and inside the mixtures.

Letters: S seeds.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.chapters.one_recipe import measure
from euar.experiments.comparison import by_seed, differences
from euar.experiments.statistics import equivalence, holm, paired_t
from euar.experiments.store import newest
from euar.model import EUARConfig

#: {knob: what the page calls it}.
WORDS: Mapping[str, str] = {
    "num_experts": "experts N",
    "k": "chosen k",
    "dim": "width D",
    "alpha": "KL weight alpha",
    "beta": "balance weight beta",
    "lam": "U weight lambda",
    "renormalize": "kept weights",
    "output": "experts pass on",
    "head": "head",
}
#: {(knob, value): what the page says}, where the value is a word.
_VALUES = {("renormalize", "topk"): "sum to 1", ("output", "mean"): "the mean", ("head", "mlp"): "MLP"}
#: {what is read off a mixture: what the page calls it}.
INSIDE: Mapping[str, str] = {
    "kept": "weight kept",
    "busiest": "busiest expert's share",
    "agreement": "agreement",
    "chosen": "σ² of the chosen",
    "idle": "σ² of the idle",
}
#: Changes whose effect on the error readers guess.
GUESSED = (
    ("num_experts", 1),
    ("alpha", 0.0),
    ("beta", 1.0),
    ("lam", 3.0),
    ("head", "mlp"),
    ("training rows", 300),
)
#: What counts as the same error: a hundredth of a step of the scale.
MARGIN = 0.01


class Turned(NamedTuple):
    """All that was measured.

    Attributes:
        reference: the result of the default model.
        knobs: {knob: {value: its result}}, the reference at its own value where the knob has numbers.
        hidden: the same, for readers to predict; without the reference.
    """

    reference: dict[str, Any]
    knobs: dict[str, dict[Any, dict[str, Any]]]
    hidden: dict[str, dict[Any, dict[str, Any]]]


def measured(root: Path | None = None) -> Turned:
    """Return the newest results, those of the measurement's own requests.

    Args:
        root: the folder of all results, see `store`.
    """
    found = dict(newest("one_recipe", measure.measurements(), root))
    shown, hidden = (_of(asked, found) for asked in (measure.sweeps(), measure.hidden()))
    reference = found[measure.reference()]
    return Turned(reference, {knob: _with(knob, values, reference) for knob, values in shown.items()}, hidden)


def title(knob: str, value: Any) -> str:
    """Return what the page calls a knob at a value."""
    if isinstance(value, int | float):
        return f"{WORDS.get(knob, knob)} = {value:g}"
    return f"{WORDS[knob]}: {_VALUES[knob, value]}" if knob in WORDS else f"{knob}: {value}"


def effects(turned: Turned, knobs: Mapping[str, Any] | None = None) -> dict[str, NDArray[Any]]:
    """Return {title: test error minus that of the reference, paired by seed (S,)}; without the reference.

    Args:
        turned: what was measured.
        knobs: some of its knobs; None for all.
    """
    asked = turned.knobs if knobs is None else knobs
    return {
        title(knob, value): differences(result, turned.reference, "mae")
        for knob in asked
        for value, result in turned.knobs[knob].items()
        if result is not turned.reference
    }


def told_apart(found: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return the titles whose differences are told from 0 at 5 %, after Holm's correction for all of them."""
    ps = [paired_t(values, np.zeros_like(values)).p for values in found.values()]
    return [name for name, clear in zip(found, holm(ps).stays, strict=True) if clear]


def directions(turned: Turned) -> dict[str, str]:
    """Return {title: "lower", "higher" or "same"} of `GUESSED`; "same" is within `MARGIN`.

    What the results leave open is "undecided".
    """
    found = effects(turned)
    clear = told_apart(found)
    return {name: _direction(found[name], name in clear) for name in (title(*one) for one in GUESSED)}


def unseen(turned: Turned) -> dict[str, float]:
    """Return {title: mean test error} of what is hidden."""
    pairs = ((title(k, v), result) for k, values in turned.hidden.items() for v, result in values.items())
    return {name: fmean(error(result)) for name, result in pairs}


def error(result: Mapping[str, Any]) -> NDArray[Any]:
    """Return the test error of each seed, (S,)."""
    return by_seed(result, "mae")


def inside(result: Mapping[str, Any], view: str, what: str) -> NDArray[Any]:
    """Return what each seed's mixture does, (S,); NaN where there is none of that kind.

    Args:
        result: one of `measured`.
        view: a modality of it.
        what: a name of `INSIDE`.
    """
    return np.array([run["views"][view].get(what, np.nan) for run in result["runs"]])


def over(turned: Turned, knob: str, views: Sequence[str]) -> dict[str, dict[str, NDArray[Any]]]:
    """Return {what the page calls it: {view: (S, values)}} of the quantities that a picture of a knob shows.

    Args:
        turned: what was measured.
        knob: one of its knobs.
        views: modalities.
    """
    results = turned.knobs[knob].values()
    return {
        INSIDE[what]: {
            view: np.transpose([inside(result, view, what) for result in results]) for view in views
        }
        for what in ("kept", "agreement", "chosen")
    }


def _direction(differences: NDArray[Any], clear: bool) -> str:
    if clear:
        return "lower" if differences.mean() < 0 else "higher"
    return "same" if equivalence(differences, MARGIN).equivalent else "undecided"


def _of(
    asked: Mapping[str, Mapping[Any, measure.Knob]], found: Mapping[measure.Knob, dict[str, Any]]
) -> dict[str, dict[Any, dict[str, Any]]]:
    return {knob: {value: found[one] for value, one in values.items()} for knob, values in asked.items()}


def _with(knob: str, found: dict[Any, dict[str, Any]], reference: dict[str, Any]) -> dict[Any, Any]:
    usual = EUARConfig({"x": 1}).to_dict().get(knob)
    if knob == "training rows":
        usual = reference["data"]["n"]["train"]
    if not isinstance(usual, int | float):
        return found
    return dict(sorted({**found, usual: reference}.items()))
