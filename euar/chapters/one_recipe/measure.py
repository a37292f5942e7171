"""The default model with the quick recipe, and around it one knob turned at a time.

Letters: B rows, N experts, k chosen, D features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from euar.chapters.quick_start.measure import SEEDS, recipe
from euar.chapters.uncertainty_loss.measure import state
from euar.data import MultimodalDataset
from euar.experiments.changed import named
from euar.experiments.row import Row
from euar.experiments.watched import Watched, rounded
from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput
from euar.training import Recipe, Run
from euar.training.batches import Batch
from euar.training.loop import Training
from euar.training.predict import evaluating

#: {knob: the values that are tried}, fields of `EUARConfig`; the default's own is the reference.
FIELDS: Mapping[str, tuple[Any, ...]] = {
    "num_experts": (1, 2, 4, 16, 32),
    "k": (1, 2, 5, 8),
    "dim": (16, 32, 128, 256),
    "alpha": (0.0, 1e-2, 1e-1, 1.0),
    "beta": (0.0, 1e-1, 1.0),
    "lam": (0.0, 1e-2, 1e-1, 1.0, 3.0),
    "renormalize": ("topk",),
    "output": ("mean",),
    "head": ("mlp",),
}
SIZES = (300, 1000)
VIEWS = ("sentence", "lexicon", "style")
#: Values between those that are shown, for readers to predict.
HIDDEN: Mapping[str, tuple[Any, ...]] = {"num_experts": (12,), "k": (4,), "beta": (0.3,), "lam": (0.3,)}
HIDDEN_SIZES = (600,)
_DIGITS = 5
_USUALLY_CHOSEN = EUARConfig({"x": 1}).k


@dataclass(frozen=True, kw_only=True)
class Knob(Watched):
    """The reference with something changed, as data.

    A run adds `views` {modality: `acts`} on the test split to `Run.record`.

    Attributes:
        changes: (field, value) of the default's configuration where it differs.
        modalities: those that training and test see; None for all.
        size: training rows; None for all.
        shuffled: whether the labels of the training and validation rows stand in random order.
    """

    data: str = "embedded"
    changes: tuple[tuple[str, Any], ...] = ()
    modalities: tuple[str, ...] | None = None
    size: int | None = None
    shuffled: bool = False
    seeds: tuple[int, ...] = SEEDS

    @property
    def name(self) -> str:
        """What is changed."""
        parts = [
            *([f"{', '.join(self.modalities)} alone"] if self.modalities else []),
            *([f"{self.size} training rows"] if self.size else []),
            *(["labels shuffled"] if self.shuffled else []),
        ]
        return ", ".join([named("default", self.changes), *parts])

    def dataset(self) -> MultimodalDataset:
        """Return the rows, labels and modalities that are asked for."""
        asked = Row(data=self.data, variant=self.variant, modalities=self.modalities, size=self.size)
        return _shuffled(asked.dataset()) if self.shuffled else asked.dataset()

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the changed configuration for a data set."""
        return EUARConfig(dataset.in_features, **dict(self.changes))

    def look(self, training: Training) -> None:
        """Look at nothing on the way."""

    def found(self, run: Run, seen: Sequence[Any], data: Mapping[str, Batch]) -> dict[str, Any]:  # noqa: ARG002
        """Return what each modality's mixture does at the selected epoch."""
        model: Any = run.model
        return {"views": rounded(_views(model, data["test"]), _DIGITS)}


def reference() -> Knob:
    """Return the default model with the recipe that the grid of the quick start chose."""
    return Knob(recipe=Recipe(**recipe("embedded")))


def sweeps() -> dict[str, dict[Any, Knob]]:
    """Return {knob: {value: what to measure}}; the reference itself is not among them."""
    usual = reference()
    return _turned(FIELDS, SIZES) | {
        "one view": {view: replace(usual, modalities=(view,)) for view in VIEWS},
        "labels": {"shuffled": replace(usual, shuffled=True)},
    }


def hidden() -> dict[str, dict[Any, Knob]]:
    """Return {knob: {value: what to measure}} of what the page asks its readers to predict."""
    return _turned(HIDDEN, HIDDEN_SIZES)


def measurements() -> list[Knob]:
    """Return the reference, and every value of every knob."""
    both = (*sweeps().values(), *hidden().values())
    return [reference(), *(one for values in both for one in values.values())]


@torch.no_grad()
def acts(out: MoEOutput) -> dict[str, float]:
    """Return what one modality's mixture does, as means over the rows of a batch.

    `kept`, a row's gate weights summed; `busiest`, the largest share of first choices; `agreement`, the share
    of rows whose first choice is the expert with the least variance; `chosen` and `idle`, sigma^2 of the
    experts that a row chose and of the others; without others there is no `idle`.
    """
    chosen, variance = out.routing.weights > 0, out.gaussian.variance.mean(dim=-1)  # (B, N)
    read = state(out)
    found = {name: read[name] for name in ("kept", "busiest", "agreement")}
    found["chosen"] = variance[chosen].mean().item()
    return found if chosen.all() else found | {"idle": variance[~chosen].mean().item()}


def _turned(fields: Mapping[str, tuple[Any, ...]], sizes: tuple[int, ...]) -> dict[str, dict[Any, Knob]]:
    usual = reference()
    found = {
        field: {value: replace(usual, changes=_changes(field, value)) for value in values}
        for field, values in fields.items()
    }
    return found | {"training rows": {size: replace(usual, size=size) for size in sizes}}


def _changes(field: str, value: Any) -> tuple[tuple[str, Any], ...]:
    """One field changed; where there are fewer experts than are usually chosen, all are."""
    too_few = field == "num_experts" and value < _USUALLY_CHOSEN
    return ((field, value), ("k", value)) if too_few else ((field, value),)


def _views(model: EUAR, batch: Batch) -> dict[str, dict[str, float]]:
    with evaluating(model):
        output = model(batch.inputs, batch.available)
    return {m: acts(out) for m, out in output.moe.items()}


def _shuffled(dataset: MultimodalDataset) -> MultimodalDataset:
    """Return the rows with all labels but those of the test split in one random order."""
    rows, target = np.flatnonzero(dataset.split != "test"), dataset.target.copy()
    target[rows] = np.random.default_rng(0).permutation(target[rows])
    return replace(dataset, target=target)
