"""What the U-loss (Eq. 10) changes: one training for each weight, and for each side that it may move.

Letters: B rows, N experts, k chosen, D features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from euar.chapters.kl_regularisation.measure import loads
from euar.data import MultimodalDataset
from euar.experiments.watched import Watched
from euar.gating import Renormalize
from euar.losses import Detach
from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput
from euar.training import Recipe, Run
from euar.training.batches import Batch
from euar.training.loop import Training
from euar.training.predict import evaluating, predict_batch
from euar.training.scoring import scores

WEIGHTS = (0.0, 1e-3, 1e-2, 1e-1, 1.0, 3.0)
ONE_SIDED = (1e-1, 3.0)
SUMS_TO_ONE: tuple[tuple[float, Detach], ...] = ((0.0, None), (3.0, "variance"), (3.0, None))
_RECIPE = Recipe(lr=3e-3, epochs=10)  # the learning rate of the grid, three times its epochs


@dataclass(frozen=True, kw_only=True)
class Push(Watched):
    """One weight of the U-loss, as data.

    A run adds to `Run.record`: `states` {moment: {modality: `state`}} on the test split, before training
    (`start`), at the `selected` and the `last` epoch; `experts` {modality: what `loads` says} at the selected
    one; and `noisy`, the scores there when every feature of the test split has standard normal noise.

    Attributes:
        lam: the weight.
        detach: `"variance"` lets the loss move the gate alone, `"gate"` the experts alone, None both.
        renormalize: of the gate: with `"topk"` a row's weights sum to 1, and the loss cannot lower that sum.
    """

    data: str = "embedded"
    lam: float
    detach: Detach = None
    renormalize: Renormalize = "none"
    seeds: tuple[int, ...] = tuple(range(10))
    recipe: Recipe = _RECIPE

    @property
    def name(self) -> str:
        """The weight, what it may not move, and the gate."""
        return f"lambda {self.lam:g}, {self.detach} detached, renormalised by {self.renormalize}"

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the default with this weight."""
        return EUARConfig(
            dataset.in_features, lam=self.lam, u_detach=self.detach, renormalize=self.renormalize
        )

    def look(self, training: Training) -> dict[str, dict[str, float]]:
        """Return the state of each modality on the test split."""
        return _states(training.model, training.data["test"])

    def found(self, run: Run, seen: Sequence[Any], data: Mapping[str, Batch]) -> dict[str, Any]:
        """Return the states before, at the selected and at the last epoch."""
        model: Any = run.model
        test = data["test"]
        return {
            "states": {"start": seen[0], "selected": _states(model, test), "last": seen[-1]},
            "experts": loads(model, test),
            "noisy": scores(predict_batch(model, _noisy(test)), test.target.numpy()),
        }


def measurements() -> list[Push]:
    """Return every weight on both sides at once, some on one side, and some with weights that sum to 1."""
    return [
        *(Push(lam=lam) for lam in WEIGHTS),
        *(Push(lam=lam, detach=side) for side in ("variance", "gate") for lam in ONE_SIDED),
        *(Push(lam=lam, detach=side, renormalize="topk") for lam, side in SUMS_TO_ONE),
    ]


@torch.no_grad()
def state(out: MoEOutput) -> dict[str, float]:
    """Return what Eq. 10 is made of, for one modality, as means over the rows of a batch.

    N times the loss, `u`, is the product of three numbers: `kept`, a row's gate weights summed; `variance`,
    sigma^2 averaged over all experts; and `preference`, the rest. A router that does not look at the variance
    has a preference near 1, one that avoids it has less. `agreement` is the share of rows whose first choice
    is the expert with the least variance, `busiest` the largest share of first choices.
    """
    weights, variance = out.routing.weights, out.gaussian.variance.mean(dim=-1)  # (B, N)
    first = out.routing.index[:, 0]
    u, kept = (weights * variance).sum(dim=1).mean(), weights.sum(dim=1).mean()
    found = {
        "u": u,
        "kept": kept,
        "variance": variance.mean(),
        "preference": u / (kept * variance.mean()),
        "agreement": (variance.argmin(dim=1) == first).float().mean(),
        "busiest": torch.bincount(first, minlength=weights.shape[1]).max() / len(first),
    }
    return {name: value.item() for name, value in found.items()}


def _states(model: EUAR, batch: Batch) -> dict[str, dict[str, float]]:
    with evaluating(model):
        output = model(batch.inputs, batch.available)
    return {m: state(out) for m, out in output.moe.items()}


def _noisy(batch: Batch) -> Batch:
    """The same rows with standard normal noise on every feature, the same noise for every model."""
    generator = torch.Generator().manual_seed(0)
    noise = {m: torch.randn(x.shape, generator=generator) for m, x in batch.inputs.items()}
    return batch._replace(inputs={m: x + noise[m] for m, x in batch.inputs.items()})
