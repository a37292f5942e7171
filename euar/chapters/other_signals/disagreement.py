"""How far the experts of a modality are apart about a row: their means, as the head passes them on.

    a_jc   = sum_d W_cd mean_jd                                   what expert j adds to output c
    chosen = mean_c sum_j g_j (a_jc - sum_i g_i a_ic)^2,          g = G / sum_j G_j
    all    = the same with g_j = 1 / N

Eq. 6 adds the means up and forgets how far they were apart. In an ensemble that spread is the epistemic part
of the variance (Lakshminarayanan et al., NeurIPS 2017); these experts, though, share one task. Letters: B
rows, N experts, D features, M modalities, C outputs.
"""

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar.model import EUAR
from euar.systems.calibrated import CalibratedEUAR
from euar.training.batches import Batch
from euar.training.device import one_thread
from euar.training.predict import evaluating

CHOSEN, ALL = "chosen", "all"


@torch.no_grad()
def disagreement(model: EUAR, rows: Batch) -> dict[str, dict[str, NDArray[Any]]]:
    """Return {"chosen" or "all": {modality: (B,)}}, in the square of the outputs' unit, in evaluation mode.

    Args:
        model: with linear heads.
        rows: that have all modalities, as the model takes them.

    Raises:
        ValueError: a head that is not linear, or modalities that are not put side by side before it.
    """
    slopes = _slopes(model)
    with one_thread(), evaluating(model):
        output = model(rows.inputs, rows.available)
        answers = {m: out.gaussian.mean @ slopes[m].T for m, out in output.moe.items()}  # (B, N, C)
    gates = {m: out.routing.weights for m, out in output.moe.items()}
    chosen = {m: spread(a, gates[m]).numpy() for m, a in answers.items()}
    return {
        CHOSEN: chosen,
        ALL: {m: spread(a, torch.ones_like(gates[m])).numpy() for m, a in answers.items()},
    }


def spread(answers: Tensor, weights: Tensor) -> Tensor:
    """Return the variance of weighted answers, mean over outputs, (B,).

    Args:
        answers: (B, N, C).
        weights: (B, N), not negative; their sum does not count.

    Example:
        >>> spread(torch.tensor([[[0.0], [2.0], [9.0]]]), torch.tensor([[0.2, 0.2, 0.0]]))
        tensor([1.])
    """
    share = (weights / weights.sum(dim=1, keepdim=True)).unsqueeze(-1)
    center = (share * answers).sum(dim=1, keepdim=True)
    return (share * (answers - center).square()).sum(dim=1).mean(dim=-1)


def _slopes(model: EUAR) -> dict[str, Tensor]:
    """{modality: (C, D)}, what the prediction, or the modality's own, makes of its h."""
    heads: list[Any] = [*model.heads.values()] if isinstance(model, CalibratedEUAR) else [model.head]
    if not all(isinstance(head, nn.Linear) for head in heads) or model.config.fusion != "concat":
        found = f"{type(heads[0]).__name__} after {model.config.fusion!r}"
        raise ValueError(
            f"model: expected linear heads and fusion 'concat', found {found}; ask another model"
        )
    weights = torch.cat([head.weight for head in heads], dim=1)  # (C, M D)
    return dict(zip(model.moes, weights.split(model.config.dim, dim=1), strict=True))
