"""What the KL term does to sigma and mu: one training for each weight, seen at every epoch.

The U-loss is off where the question is KL against the task; some settings put it back. Letters: N experts,
k chosen, D features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from euar.chapters.whole_model.anatomy import head_weights
from euar.data import MultimodalDataset
from euar.experiments.watched import Watched, rounded
from euar.losses import Reduce
from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput
from euar.training import Recipe, Run
from euar.training.batches import Batch
from euar.training.loop import Training
from euar.training.predict import evaluating, predict_batch
from euar.training.scoring import scores

_RECIPE = Recipe(lr=3e-3, epochs=30)  # the learning rate of the grid, ten times its epochs
_REDUCTIONS: tuple[Reduce, ...] = ("mean", "sum")
_JUDGED = ("valid", "test")
_DIGITS = 5
# {modality: what `look` finds}
State = dict[str, dict[str, float]]
_CURVES = ("variance", "idle_variance", "mean", "idle_mean", "head", "noise")


@dataclass(frozen=True, kw_only=True)
class Sweep(Watched):
    """One weight of the KL term, as data.

    A run adds to `Run.record`: `states` {moment: {modality: `look`}} before training (`start`), at the
    `selected` and the `last` epoch; `last`, with scores and `experts` of that epoch; `curves` {what:
    (E + 1,)}, means over modalities; and `valid_mae` (E,).

    Attributes:
        alpha: the weight.
        reduce: over D, of the KL term and of the U-loss.
        lam: weight of the U-loss.
    """

    data: str = "embedded"
    alpha: float
    reduce: Reduce = "mean"
    lam: float = 0.0
    seeds: tuple[int, ...] = tuple(range(10))
    recipe: Recipe = _RECIPE

    @property
    def name(self) -> str:
        """The weight and the reduction."""
        return f"alpha {self.alpha:g}, {self.reduce} over D, lambda {self.lam:g}"

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the default with this weight."""
        return EUARConfig(
            in_features=dataset.in_features,
            alpha=self.alpha,
            kl_reduce=self.reduce,
            lam=self.lam,
            u_reduce=self.reduce,
        )

    def look(self, training: Training) -> tuple[State, dict[str, Any]]:
        """Return the state, and of the last epoch the scores and loads."""
        model, data = training.model, training.data
        return look(model, data["train"]), _judged(model, data) if training.done else {}

    def found(self, run: Run, seen: Sequence[Any], data: Mapping[str, Batch]) -> dict[str, Any]:
        """Return curves over epochs, and the states before, at the selected and at the last one."""
        model: Any = run.model
        states, (*_, (_, last)) = [state for state, _ in seen], seen
        moments = {"start": states[0], "selected": look(model, data["train"]), "last": states[-1]}
        return {
            "last": last,
            "states": rounded(moments, _DIGITS),
            "curves": rounded({name: _over_epochs(states, name) for name in _CURVES}, _DIGITS),
            "valid_mae": rounded([epoch["valid_mae"] for epoch in run.history], _DIGITS),
        }


def measurements() -> list[Sweep]:
    """Return the weights from 0 to 1 in both reductions, and three settings with the U-loss."""
    alone: list[tuple[float, Reduce]] = [(0.0, "mean"), *product((1e-3, 1e-2, 1e-1, 1.0), _REDUCTIONS)]
    with_u: list[tuple[float, Reduce]] = [(1e-3, "mean"), (0.0, "sum"), (1e-3, "sum")]
    return [
        *(Sweep(alpha=alpha, reduce=reduce) for alpha, reduce in alone),
        *(Sweep(alpha=alpha, reduce=reduce, lam=1e-3) for alpha, reduce in with_u),
    ]


def per_coordinate(alpha: float, reduce: Reduce, num_experts: int, dim: int) -> float:
    """Return a, the weight of one coordinate of one expert in the loss of a row and modality.

    Args:
        alpha: weight of the KL term.
        reduce: over D, `"mean"` or `"sum"`.
        num_experts: N; the term averages over experts.
        dim: D.
    """
    return alpha / num_experts / (dim if reduce == "mean" else 1)


def look(model: EUAR, batch: Batch) -> State:
    """Return {modality: what its experts do}, means over the rows of a batch, without drawing.

    `variance` and `mean` average sigma^2 and ``|mu|`` over each row's chosen experts, `idle_variance` and
    `idle_mean` over the others. `head` is the mean ``|w|`` of the head here, `gate` the mean weight
    of a chosen expert. `noise` is the cost of noise, sum w^2 g^2 sigma^2 (label units squared). It is the
    product of `weights`, sum w^2, `gates`, sum g^2, and `felt_variance`, sigma^2 averaged with weights
    w^2 g^2. `square` is E z^2 averaged with the same weights.
    """
    with evaluating(model):
        output = model(batch.inputs, batch.available)
    return {m: _experts(output.moe[m], w.detach()) for m, w in head_weights(model).items()}


def loads(model: EUAR, batch: Batch) -> dict[str, dict[str, list[float]]]:
    """Return {modality: {what: (N,)}}: each expert's share of the rows, and mean sigma^2 and ``|mu|``."""
    with evaluating(model):
        output = model(batch.inputs, batch.available)
    experts = {
        m: {
            "load": (out.routing.weights > 0).float().mean(dim=0).tolist(),
            "variance": out.gaussian.variance.mean(dim=(0, 2)).tolist(),
            "mean": out.gaussian.mean.abs().mean(dim=(0, 2)).tolist(),
        }
        for m, out in output.moe.items()
    }
    return rounded(experts, _DIGITS)


def _judged(model: EUAR, data: Mapping[str, Batch]) -> dict[str, Any]:
    said = {split: predict_batch(model, data[split]) for split in _JUDGED}
    judged = {split: scores(values, data[split].target.numpy()) for split, values in said.items()}
    return {"experts": loads(model, data["train"]), **judged}


def _experts(out: MoEOutput, head: Tensor) -> dict[str, float]:
    gate, gaussian = out.routing.weights, out.gaussian  # (B, N), (B, N, D)
    variance, size = gaussian.variance.mean(dim=-1), gaussian.mean.abs().mean(dim=-1)  # (B, N)
    weights, gates = head.square().sum(), gate.square().sum(dim=1).mean()
    noise, square = (
        torch.einsum("d,bj,bjd->", head.square(), gate.square(), values) / len(gate)
        for values in (gaussian.variance, gaussian.variance + gaussian.mean.square())
    )
    chosen = gate > 0
    found = {
        "variance": variance[chosen].mean(),
        "mean": size[chosen].mean(),
        "idle_variance": variance[~chosen].mean(),
        "idle_mean": size[~chosen].mean(),
        "head": head.abs().mean(),
        "gate": gate[chosen].mean(),
        "noise": noise,
        "weights": weights,
        "gates": gates,
        "felt_variance": noise / (weights * gates),
        "square": square / (weights * gates),
    }
    return {name: value.item() for name, value in found.items()}


def _over_epochs(states: Sequence[State], name: str) -> list[float]:
    """The mean over modalities before training and after each epoch."""
    return [fmean(state[name] for state in views.values()) for views in states]
