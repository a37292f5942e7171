"""EUAR taken apart: parameters by part, how each term of the loss pushes a part, what views do together.

Letters: B samples.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from euar.model import EUAR, EUARConfig
from euar.systems.base import LossTerms
from euar.training.batches import Batch

PARTS = ("projection", "gate", "mean", "log-variance", "head")


def parameters(model: EUAR) -> dict[str, int]:
    """Return {part: number of parameters}; `mean` and `log-variance` are the halves of the experts."""
    grouped = _by_part(dict(model.named_parameters()))
    return {part: sum(piece.numel() for piece in pieces) for part, pieces in grouped.items()}


def head_weights(model: EUAR) -> dict[str, Tensor]:
    """Return {modality: (D,)}, what a linear head weighs the modality's h with for its first output.

    Raises:
        ValueError: a head that is not linear.
    """
    if not isinstance(model.head, nn.Linear):
        raise ValueError(f"model: expected a linear head, found {type(model.head).__name__}")
    return dict(zip(model.moes, model.head.weight[0].split(model.config.dim), strict=True))


def weighted(config: EUARConfig, loss: LossTerms) -> dict[str, Tensor]:
    """Return the terms of Eq. 12, each with its weight; their sum is the total."""
    return {
        "task": config.task_weight * loss.task,
        "KL": config.alpha * loss.parts["kl"],
        "aux": config.beta * loss.parts["aux"],
        "U": config.lam * loss.parts["u"],
    }


def pushes(model: EUAR, rows: Batch) -> dict[str, dict[str, float]]:
    """Return {term: {part: norm of its weighted gradient}}, in training mode with noise that is fixed."""
    noise = torch.Generator().manual_seed(0)
    loss = model.loss(model.train()(rows.inputs, rows.available, noise), rows.target)
    names, values = zip(*model.named_parameters(), strict=True)
    return {
        term: _norms(dict(zip(names, _gradient(value, values), strict=True)))
        for term, value in weighted(model.config, loss).items()
    }


def interaction(model: EUAR, inputs: Mapping[str, Tensor], view: str) -> float:
    """Return how much the effect of one view depends on the others, 0 for an additive model.

    The view of each row is exchanged for that of the row before: beside its own other views, and beside those
    of the row before. The root mean square difference of the two effects is divided by that of the first.

    Args:
        model: on the CPU or wherever the inputs are.
        inputs: {modality: (B, d)}.
        view: the one to exchange.
    """
    theirs = {m: x.roll(1, dims=0) for m, x in inputs.items()}
    here = model.predict(inputs) - model.predict({**inputs, view: theirs[view]})
    there = model.predict({**theirs, view: inputs[view]}) - model.predict(theirs)
    return ((here - there).square().mean() / here.square().mean()).sqrt().item()


def _gradient(value: Tensor, parameters: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return torch.autograd.grad(
        value, parameters, retain_graph=True, allow_unused=True, materialize_grads=True
    )


def _norms(gradients: dict[str, Tensor]) -> dict[str, float]:
    grouped = _by_part(gradients)
    return {part: torch.cat([g.flatten() for g in found]).norm().item() for part, found in grouped.items()}


def _by_part(tensors: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
    """Sort tensors by the parameter that they belong to: {part: ...}."""
    found: dict[str, list[Tensor]] = {part: [] for part in PARTS}
    for name, tensor in tensors.items():
        kind = name.split(".")
        if kind[0] != "moes":
            found["projection" if kind[0] == "projections" else "head"].append(tensor)
        elif "gate" in kind:
            found["gate"].append(tensor)
        else:  # both maps of all experts lie side by side in one tensor
            for part, half in zip(("mean", "log-variance"), tensor.chunk(2, dim=-1), strict=True):
                found[part].append(half)
    return found
