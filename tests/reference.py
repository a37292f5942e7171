"""The slow twins of fast code: as short as the equations, one expert at a time."""

from typing import NamedTuple

import torch
from torch import Tensor

from euar.moe import UncertaintyAwareMoE


class Reference(NamedTuple):
    hidden: Tensor
    kl: Tensor
    u: Tensor


def mixture(layer: UncertaintyAwareMoE, x: Tensor, available: Tensor, noise: Tensor | None) -> Reference:
    """Eq. 1-6 and 10 row by row; noise (B, k, D) is the eps of Eq. 3, None takes the means."""
    routing, experts, bounds = layer.gate(x, available), layer.experts, layer.experts.log_var_range
    hidden, kl, u = torch.zeros_like(x), [], []
    for b in available.nonzero().flatten().tolist():
        means = experts.mean_weight @ x[b] + experts.mean_bias  # (N, D)
        log_vars = experts.log_var_weight @ x[b] + experts.log_var_bias
        log_vars = log_vars if bounds is None else log_vars.clamp(*bounds)
        gate, index = routing.weights[b], routing.index[b].tolist()
        eps = [0] * len(index) if noise is None else noise[b]
        z = [means[j] + e * (log_vars[j] / 2).exp() for j, e in zip(index, eps, strict=True)]  # Eq. 3
        hidden = hidden.index_put((torch.tensor(b),), sum(gate[j] * a for j, a in zip(index, z, strict=True)))
        asked = range(len(means)) if layer.kl_experts == "all" else index
        kl += [(means[j] ** 2 + log_vars[j].exp() - log_vars[j] - 1) / 2 for j in asked]  # Eq. 4
        u += [sum(gate[j] * log_vars[j].exp() for j in index)]  # Eq. 10
    rows = max(int(available.sum()), 1)
    none = x.new_zeros(1, layer.dim)
    kl, u = torch.stack([*kl, *none]), torch.stack([*u, *none]) / layer.experts.num_experts
    return Reference(hidden, kl.mean(dim=1).sum() / max(len(kl) - 1, 1), u.mean(dim=1).sum() / rows)
