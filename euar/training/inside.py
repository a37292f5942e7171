"""What a model knows beside its prediction: the routing, sigma, and the error that it announces."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar.propagation import of_mixture
from euar.training.batches import Batch, Rows, order_of
from euar.training.windows import seen_by

_ROWS = 256  # at a time


def looked_into(model: nn.Module, batch: Rows, *, routing: bool, sigma: bool) -> dict[str, NDArray[Any]]:
    """Return columns by name, (B,) each, for each modality m that the batch has.

    Args:
        model: in evaluation mode.
        batch: B rows, as the model takes them.
        routing: `m:expert-1` to `m:expert-k`, the chosen experts, counted from 0, the most probable first,
            and `m:weight-1` to `m:weight-k`, their weights G of Eq. 6. Where m is not available the
            experts are -1 and the weights NaN.
        sigma: `m:sigma`, the standard deviation that the experts' own passes on to h of Eq. 6, with gates as
            weights, sqrt(mean over D of sum_j G_j^2 sigma_j^2). Where m is not available it is NaN.

    Raises:
        ValueError: the model has no gates, or no Gaussian experts.
    """
    if not (routing or sigma):
        return {}
    parts: dict[str, list[Tensor]] = {}
    for index in torch.arange(len(batch.target), device=batch.target.device).split(_ROWS):
        some = batch.rows(index)
        for m, out in _moe(model, some).items():
            there = some.available.get(m, torch.ones(len(index), dtype=torch.bool, device=index.device))
            found = (_routing(out, there) if routing else {}) | (_sigma(out, there) if sigma else {})
            for name, values in found.items():
                parts.setdefault(f"{m}:{name}", []).append(values)
    return {name: torch.cat(values).cpu().numpy() for name, values in parts.items()}


def announced(model: nn.Module, batch: Rows) -> NDArray[Any] | None:
    """Return the standard deviation of each row's rating that a model announces, in the user's units, (B,).

    Args:
        model: in evaluation mode; None is returned where its output has no `variance` (B,).
        batch: B rows, as the model takes them.
    """
    batch = seen_by(model, batch)
    order = list(order_of(batch, None, _ROWS))
    parts: list[Tensor] = []
    for some in map(batch.rows, order):
        variance = getattr(model(some.inputs, some.available), "variance", None)
        if variance is None or variance.ndim != 1:
            return None
        parts.append(variance.sqrt())
    found = torch.cat(parts)
    found = torch.empty_like(found).index_copy_(0, torch.cat(order), found)
    sd: NDArray[Any] = found.cpu().numpy() * batch.scale.sd
    return sd


def _moe(model: nn.Module, batch: Batch) -> dict[str, Any]:
    moe: dict[str, Any] = getattr(model(batch.inputs, batch.available), "moe", {})
    if not moe:
        raise ValueError(f"routing, sigma: {type(model).__name__} has no gated experts; leave them out")
    return moe


def _routing(out: Any, there: Tensor) -> dict[str, Tensor]:
    index = out.routing.index
    weights = out.routing.chosen_weights.masked_fill(~there.unsqueeze(1), np.nan)
    experts = index.masked_fill(~there.unsqueeze(1), -1)
    named = {f"expert-{place + 1}": experts[:, place] for place in range(index.shape[1])}
    return named | {f"weight-{place + 1}": weights[:, place] for place in range(index.shape[1])}


def _sigma(out: Any, there: Tensor) -> dict[str, Tensor]:
    if not hasattr(out, "gaussian"):
        raise ValueError("sigma: the experts of this system have none; leave it out")
    return {"sigma": of_mixture(out).variance.mean(dim=1).sqrt().masked_fill(~there, np.nan)}
