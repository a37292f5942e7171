"""Trained models, asked about the same rows in batches of any size and order."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from euar.chapters.quick_start.measure import recipe
from euar.data import load
from euar.gating import Renormalize
from euar.model import EUAR, EUARConfig
from euar.training import fit, metrics


def trained_models(renormalize: Renormalize, seeds: Sequence[int], device: str) -> list[EUAR]:
    """Train the default model with this gate on the embedded set, one for each seed; return them on the CPU.

    Args:
        renormalize: of `TopKGate`.
        seeds: of the initial weights and of the order of rows.
        device: that trains.
    """
    data = load("embedded")
    config = EUARConfig(data.in_features, renormalize=renormalize)
    runs = fit(config, data, seeds=seeds, device=device, progress=False, **recipe("embedded"))
    return [cast(EUAR, run.model.cpu()) for run in runs]


def answers(model: EUAR, inputs: Mapping[str, Tensor], size: int, order: Tensor | None = None) -> Tensor:
    """Return a model's predictions for all rows, (B,), asked `size` rows at a time.

    Args:
        model: in training or not; `predict` never trains it.
        inputs: {modality: (B, d)}.
        size: rows of a batch; the last one may be smaller.
        order: (B,), in which rows are asked; without it, as they stand. Answers stand as rows do.
    """
    order = torch.arange(len(next(iter(inputs.values())))) if order is None else order
    parts = [model.predict({m: rows[batch] for m, rows in inputs.items()}) for batch in order.split(size)]
    return torch.cat(parts)[order.argsort()]


def scores(prediction: Tensor, target: Tensor) -> list[float]:
    """Return MAE in rating points and Acc2, the share of right signs, of predictions (B,)."""
    found = metrics.regression(prediction, target)
    return [found["mae"], found["acc2"]]
