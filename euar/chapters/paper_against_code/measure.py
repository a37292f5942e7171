"""The paper against its released code: the paper's model with one difference at a time, and with all.

Each seed is trained at several learning rates and keeps the one that its validation split prefers, so that
the spread over seeds holds the luck of that choice. Every run also keeps its test scores of each epoch, to
show what choosing the epoch by them would have gained.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from euar.data import MultimodalDataset
from euar.experiments.watched import Watched
from euar.model import EUARConfig
from euar.training import Recipe, Run, metrics
from euar.training.batches import Batch
from euar.training.loop import Training
from euar.training.predict import predict_batch
from euar.training.scoring import scores

#: {what the released code does: the fields of `EUARConfig` that say so}; all together are its preset.
DIFFERENCES: Mapping[str, Mapping[str, Any]] = {
    "width 72, no bias": {"dim": 72, "projection": "linear-nobias"},
    "means, no draws": {"output": "mean"},
    "log-variance not clamped": {"log_var_range": None},
    "four experts": {"num_experts": 4},
    "gate divided by the batch": {"renormalize": "batch"},
    "load balance of the code": {"aux_form": "released"},
    "U-loss summed over experts": {"u_experts": "sum"},
    "MLP head": {"head": "mlp"},
    "L1 for MSE": {"task_loss": "l1"},
    "weights of the code": {"task_weight": 10.0, "alpha": 1e-5, "lam": 1e-5},
}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "paper": {},
    **DIFFERENCES,
    "all differences": {field: v for changes in DIFFERENCES.values() for field, v in changes.items()},
}
#: {the loss that is left out, as in the paper's Table 4: the fields that say so}.
ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "without KL": {"alpha": 0.0},
    "without U": {"lam": 0.0},
    "without KL and U": {"alpha": 0.0, "lam": 0.0},
}
_TRAINED_ON: Mapping[str, dict[str, Any]] = {
    "embedded": {"recipe": Recipe(epochs=10, batch_size=32)},
    "mosi": {"recipe": Recipe(epochs=30, batch_size=32), "variant": "official"},
}
_RATES = (3e-4, 1e-3, 3e-3)
_RELEASED_RATE = 2e-5
_WATCHED = ("mae", "acc2")


@dataclass(frozen=True, kw_only=True)
class Difference(Watched):
    """One difference, or none, or all, on one set of ratings, as data.

    In a run's `others` stand the test scores in the released code's metrics (`released metrics`) and, where
    the gate divides by the batch, the scores of rows that are predicted `one at a time`.

    Attributes:
        setting: a name of `SETTINGS` or `ABLATIONS`.
        recipe: how to train; its `lr` gives way to each of `rates`.
        rates: learning rates; each seed keeps the one with the lowest MAE on validation, see `fit_growing`.
    """

    setting: str
    rates: tuple[float, ...] = _RATES
    seeds: tuple[int, ...] = tuple(range(10))

    @property
    def name(self) -> str:
        """The setting."""
        return self.setting

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the paper's model with the changes of the setting."""
        return EUARConfig.paper(dataset.in_features, **{**SETTINGS, **ABLATIONS}[self.setting])

    @property
    def tried(self) -> tuple[float, ...]:
        """The learning rates."""
        return self.rates

    def look(self, training: Training) -> dict[str, float]:
        """Return the scores on the test split, at which `fit` never looks before the end."""
        test = training.data["test"]
        return scores(predict_batch(training.model, test), test.target.numpy())

    def found(self, run: Run, seen: Sequence[Any], data: Mapping[str, Batch]) -> dict[str, Any]:
        """Return the curves of validation and test, and what else is tested."""
        valid = {f"valid_{name}": [epoch[f"valid_{name}"] for epoch in run.history] for name in _WATCHED}
        test = {f"test_{name}": [epoch[name] for epoch in seen[1:]] for name in _WATCHED}
        return {"others": _others(run.model, data["test"]), "curves": valid | test}


def rows(data: str, settings: Iterable[str] = SETTINGS) -> list[Difference]:
    """Return some settings on a data set.

    Args:
        data: `"embedded"` or `"mosi"`, the official split.
        settings: names of `SETTINGS` or `ABLATIONS`.
    """
    return [Difference(setting=setting, data=data, **_TRAINED_ON[data]) for setting in settings]


def long_rows() -> list[Difference]:
    """Return the paper and all differences on CMU-MOSI with as many epochs as the released code trains."""
    long = partial(Difference, data="mosi", variant="official", recipe=Recipe(epochs=200, batch_size=32))
    return [
        long(setting="paper", rates=(1e-3,)),
        long(setting="all differences", rates=(_RELEASED_RATE,)),
    ]


def measurements() -> list[Difference]:
    """Return every difference on both sets of ratings, the ablations on CMU-MOSI, and the long trainings."""
    differences = [row for data in _TRAINED_ON for row in rows(data)]
    return [*differences, *rows("mosi", ABLATIONS), *long_rows()]


def selected(result: dict[str, Any], by: str, metric: str) -> list[float]:
    """Return a test metric of each seed at the epoch that some curve would have chosen.

    Args:
        result: of a `Difference`.
        by: a curve; its best epoch is the highest for an accuracy, else the lowest. The first of equals.
        metric: of the test split.
    """
    best = max if by.endswith("acc2") else min
    curves = (run["curves"] for run in result["runs"])
    return [c[f"test_{metric}"][c[by].index(best(c[by]))] for c in curves]


def _others(model: Any, test: Batch) -> dict[str, dict[str, float]]:
    target = test.target.numpy()
    found = {"released metrics": metrics.regression(predict_batch(model, test), target, variant="released")}
    if model.config.renormalize == "batch":
        found["one at a time"] = scores(predict_batch(model, test, batch_size=1), target)
    return found
