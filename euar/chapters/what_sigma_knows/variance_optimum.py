"""The variance that the loss asks for, s* = a / (a + 2 l g + 2 w^2 g^2), and the maps that come nearest.

One coordinate of one expert adds (a/2)(s - log s) + l g s + w^2 g^2 s to the loss of a row and modality, when
the head is linear and the task's loss the squared error: the KL term, the U-loss and the cost of noise.
Letters: B rows, N experts, D features; s the variance, g the gate's weight, w the head's.
"""

import copy

import torch
from torch import Tensor

from euar.chapters.whole_model.anatomy import head_weights
from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput, UncertaintyAwareMoE
from euar.training.batches import Batch

_STEPS, _TOLERANCE = 60, 1e-6  # of Newton's method; the tolerance is in units of a/2, summed over the rows


def coordinate_weights(config: EUARConfig) -> tuple[float, float]:
    """Return a and l, the weights of one coordinate of one expert in the KL term and the U-loss.

    Args:
        config: of a model with `u_experts="mean"` and `kl_experts="all"`.
    """
    over = {"mean": config.dim, "sum": 1}
    a, u = config.alpha / over[config.kl_reduce], config.lam / over[config.u_reduce]
    return a / config.num_experts, u / config.num_experts


def best_variance(model: EUAR, out: MoEOutput, modality: str) -> Tensor:
    """Return s*, (B, N, D): 1 where the gate's weight is 0.

    Args:
        model: with a linear head and the squared error.
        out: what the modality's experts returned.
        modality: its name.
    """
    a, u = coordinate_weights(model.config)
    w = head_weights(model)[modality]  # (D,)
    g = out.routing.weights.unsqueeze(-1)  # (B, N, 1)
    return a / (a + 2 * u * g + 2 * w.square() * g.square())


def excess(variance: Tensor, best: Tensor) -> Tensor:
    """Return r - 1 - log r with r = s / s*: the loss above its least value, in units of a/2; 0 only at s*.

    Args:
        variance: s, any shape.
        best: s*, the same shape.
    """
    ratio = variance / best
    return ratio - 1 - ratio.log()


@torch.no_grad()
def converged(model: EUAR, batch: Batch) -> EUAR:
    """Return a copy whose variance maps have trained to the end on a batch, all else frozen.

    A log-variance is linear in its weights, so the loss is convex in them: this end is the only one. What is
    minimised is the exact expectation over draws. The clamp of the log-variance is left out.

    Args:
        model: with a linear head and the squared error.
        batch: rows that all have all modalities.
    """
    model = copy.deepcopy(model).eval()
    out = model(batch.inputs).moe
    for m, moe in model.moes.items():
        assert isinstance(moe, UncertaintyAwareMoE)  # what EUAR puts there
        best = best_variance(model, out[m], m).double()
        rows, experts, dim = best.shape
        weights = fit_log_variance(model.projections[m](batch.inputs[m]), best.log().reshape(rows, -1))
        *slope, bias = weights.unbind()  # in + 1 times (N D,)
        moe.experts.log_var_weight.copy_(torch.stack(slope, dim=-1).reshape(experts, dim, -1))
        moe.experts.log_var_bias.copy_(bias.reshape(experts, dim))
    return model


def fit_log_variance(x: Tensor, log_best: Tensor) -> Tensor:
    """Return the weights whose affine map of x has the least mean `excess`, (in + 1, P); the bias comes last.

    Args:
        x: (B, in).
        log_best: (B, P) float64, log s* of P separate problems.
    """
    basis, back = _orthonormal(torch.cat([x, torch.ones(len(x), 1)], dim=1).double())
    weights = basis.T @ log_best  # least squares on log s* to begin with
    value = _loss(basis @ weights - log_best)
    for _ in range(_STEPS):
        ratio = (basis @ weights - log_best).exp()  # (B, P)
        slope = basis.T @ (ratio - 1)
        step = torch.cat([_newton_step(basis, *part) for part in _parts(ratio, slope)], dim=1)
        gain = (slope * step).sum(dim=0)  # (P,), twice what a quadratic would gain
        if gain.max() < _TOLERANCE:
            break
        weights, value = _descend(basis, log_best, weights, value, step, gain)
    return back @ weights


def _orthonormal(x: Tensor) -> tuple[Tensor, Tensor]:
    """An orthonormal basis of x's columns, (B, r), and the map from its weights to those of x, (in, r)."""
    u, scale, vh = torch.linalg.svd(x, full_matrices=False)
    kept = scale > 1e-6 * scale[0]
    return u[:, kept], vh[kept].T / scale[kept]


def _loss(log_ratio: Tensor) -> Tensor:
    return (log_ratio.exp() - log_ratio).sum(dim=0)


def _parts(ratio: Tensor, slope: Tensor) -> zip:
    """Some problems at a time: the Hessians of all would not fit into memory."""
    return zip(ratio.split(64, dim=1), slope.split(64, dim=1), strict=True)


def _newton_step(basis: Tensor, ratio: Tensor, slope: Tensor) -> Tensor:
    half = basis.float()  # the Hessian only steers, single precision will do
    hessian = (ratio.float().T.unsqueeze(-1) * half).transpose(1, 2) @ half  # (P, r, r)
    return torch.linalg.solve(hessian.double(), slope.T.unsqueeze(-1)).squeeze(-1).T


def _descend(
    basis: Tensor, log_best: Tensor, weights: Tensor, value: Tensor, step: Tensor, gain: Tensor
) -> tuple[Tensor, Tensor]:
    """Go along the step, half as far wherever that does not pay, until it does."""
    length = torch.ones_like(value)
    for _ in range(_STEPS):
        new = _loss(basis @ (weights - length * step) - log_best)
        short = (new > value - 0.1 * length * gain) & (gain > _TOLERANCE)
        if not short.any():
            break
        length = torch.where(short, length / 2, length)
    return weights - length * step, new
