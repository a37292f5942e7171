"""What can be read off a model as a row's uncertainty, and how a reading is tested against what is known.

Letters: B rows, N experts, D features, L noise levels.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from euar.chapters.what_sigma_knows.variance_optimum import best_variance
from euar.chapters.whole_model.anatomy import head_weights
from euar.model import EUAR
from euar.moe import MoEOutput
from euar.training.batches import Batch
from euar.training.predict import evaluating


class Readings(NamedTuple):
    """What a model says about each row of a batch.

    Attributes:
        views: {modality: {reading: (B,)}}. `mean` is sigma^2 averaged over a row's chosen experts and their
            coordinates, `log` the same of log sigma^2, `unfamiliar` minus the product of the experts' input
            with its training mean. Where the closed form holds, `felt` is the noise of the prediction,
            sum w^2 g^2 sigma^2, and `best` the mean of log s* like `log`.
        whole: (B,), log v of a model with a likelihood, else None.
        error: (B,), the absolute difference of prediction and target.
    """

    views: dict[str, dict[str, NDArray]]
    whole: NDArray | None
    error: NDArray


@torch.no_grad()
def readings(model: EUAR, batch: Batch, train: Batch) -> Readings:
    """Return a model's readings, in evaluation mode.

    Args:
        model: an `EUAR` or a `LikelihoodEUAR`.
        batch: rows that all have all modalities.
        train: the training rows.
    """
    with evaluating(model):
        out = model(batch.inputs)
    views = {m: _view(model, m, out.moe[m], batch.inputs[m], train.inputs[m]) for m in out.moe}
    whole = out.log_var.numpy() if hasattr(out, "log_var") else None
    return Readings(views, whole, (out.prediction - batch.target).abs().numpy())


def spearman(a: ArrayLike, b: ArrayLike) -> float:
    """Return the rank correlation of two (B,)."""
    return partial(a, b, [])


def partial(a: ArrayLike, b: ArrayLike, given: list[ArrayLike]) -> float:
    """Return the correlation of the ranks of two (B,), after a linear regression on the ranks of others.

    Args:
        a: (B,).
        b: (B,).
        given: what is held fixed, each (B,).
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.column_stack([a, b, *given]), axis=0)
    known = np.column_stack([np.ones(len(ranks)), ranks[:, 2:]])
    rest = ranks[:, :2] - known @ np.linalg.lstsq(known, ranks[:, :2], rcond=None)[0]
    return float(np.corrcoef(rest.T)[0, 1])


def within(by_level: ArrayLike) -> float:
    """Return how a reading follows a rising noise within a row: the mean rank correlation with the level.

    Args:
        by_level: (L, B), the same rows at rising levels.
    """
    from scipy.stats import rankdata

    ranks = rankdata(by_level, axis=0)
    rise, ranks = np.arange(len(ranks)) - (len(ranks) - 1) / 2, ranks - ranks.mean(axis=0)
    size = np.sqrt((rise**2).sum() * (ranks**2).sum(axis=0))
    return float(np.mean(np.where(size > 0, rise @ ranks / np.maximum(size, 1e-9), 0)))


def _view(model: EUAR, name: str, out: MoEOutput, x: Tensor, train: Tensor) -> dict[str, NDArray]:
    chosen = (out.routing.weights > 0).float()  # (B, N)

    def over_chosen(values: Tensor) -> NDArray:
        return ((values.mean(dim=-1) * chosen).sum(dim=1) / chosen.sum(dim=1)).numpy()

    found = {
        "mean": over_chosen(out.gaussian.variance),
        "log": over_chosen(out.gaussian.log_var),
        "unfamiliar": _unfamiliar(model, name, x, train),
    }
    if model.config.outputs > 1:
        return found
    w2 = head_weights(model)[name].square()
    felt = torch.einsum("d,bj,bjd->b", w2, out.routing.weights.square(), out.gaussian.variance)
    return found | {"felt": felt.numpy(), "best": over_chosen(best_variance(model, out, name).log())}


def _unfamiliar(model: EUAR, name: str, x: Tensor, train: Tensor) -> NDArray:
    project: Any = model.projections[name]
    return -(project(x) @ project(train).mean(dim=0)).numpy()
