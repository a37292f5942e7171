"""The KL divergence of all N experts, with its gradients, which keeps no (B, N, 2 D) tensor.

Letters: B samples, M mixtures, N experts, D features.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from euar._pairs import of_pairs

Bounds = tuple[float, float] | None


def kl_of_each(
    x: Tensor, weights: Sequence[Tensor], biases: Sequence[Tensor], bounds: Bounds
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """`kl_of_all` of M mixtures: sums (M,), and gradients by x (M B, in), each weight and each bias."""
    parts = zip(x.chunk(len(weights)), weights, biases, strict=True)
    sums, gradients = zip(*(kl_of_all(*part, bounds) for part in parts), strict=True)
    by_x, by_weight, by_bias = zip(*gradients, strict=True)
    return torch.stack(sums), (torch.cat(by_x), *by_weight, *by_bias)


def add_scaled(totals: Sequence[Tensor | None], parts: Sequence[Tensor], kl: Tensor) -> None:
    """Add the gradients of `kl_of_each`, each times that by its mixture's sum (M,)."""
    scales = [of_pairs(kl, len(parts[0])).unsqueeze(1), *kl, *kl]
    for total, part, scale in zip(totals, parts, scales, strict=True):
        if total is not None:
            total.addcmul_(part, scale)


def kl_of_all(x: Tensor, weight: Tensor, bias: Tensor, bounds: Bounds) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The KL divergence of all experts to N(0, I), summed over rows, experts and features, and its gradients.

        sum over rows |x W + b|^2 = <W, S W + s b> + <b, s W + B b>,   S = sum x x^T, s = sum x

    so the means are never computed: their part of an expert costs two products of (in, in) with (in, D) where
    rows would cost three of (B, in). The log-variances need their rows, one expert at a time.

    Args:
        x: (B, in).
        weight: (N, in, 2 D), means first, then log-variances.
        bias: (N, 1, 2 D).
        bounds: of the log-variance.

    Returns:
        The sum, 0-dim, and its gradients by x, weight and bias.
    """
    dim = weight.shape[-1] // 2
    by_weight, by_bias = torch.empty_like(weight), torch.empty_like(bias)
    of_weight, of_bias = by_weight[..., :dim], by_bias[..., :dim]
    by_x = _squared_means(x, weight[..., :dim], bias[..., :dim], of_weight, of_bias)
    square = (weight[..., :dim] * of_weight).sum() + (bias[..., :dim] * of_bias).sum()
    spread = x.new_zeros(())  # sum of variance - log-variance - 1
    raw, variance = x.new_empty(len(x), dim), x.new_empty(len(x), dim)
    of_variance = (part[..., dim:] for part in (weight, bias, by_weight, by_bias))
    for w, b, of_w, of_b in zip(*of_variance, strict=True):
        torch.addmm(b, x, w, out=raw)
        log_var, outside = clamped(raw, bounds)
        slope = torch.exp(log_var, out=variance).sub_(1)  # twice the gradient by the log-variance
        torch.sum(slope, dim=0, keepdim=True, out=of_b)
        spread += of_b.sum() - log_var.sum()
        if outside is not None:
            torch.sum(slope.masked_fill_(outside, 0), dim=0, keepdim=True, out=of_b)
        torch.addmm(of_w, x.t(), slope, beta=0, alpha=0.5, out=of_w)
        by_x.addmm_(slope, w.t(), alpha=0.5)
    by_bias[..., dim:] /= 2
    return (square + spread) / 2, (by_x, by_weight, by_bias)


def _squared_means(x: Tensor, weight: Tensor, bias: Tensor, of_weight: Tensor, of_bias: Tensor) -> Tensor:
    """Half the gradients of the sum in `kl_of_all`, two written to `of_...`, that by x (B, in) returned."""
    second, first = x.t() @ x, x.sum(dim=0, keepdim=True)  # S (in, in), s (1, in)
    flat = weight.transpose(0, 1).flatten(1)  # (in, N D)
    torch.addcmul(second.expand(len(weight), -1, -1) @ weight, first.t(), bias, out=of_weight)
    torch.add((first @ flat).view(bias.shape), bias, alpha=len(x), out=of_bias)
    return torch.addmm(flat @ bias.flatten(), x, flat @ flat.t())


def clamped(log_var: Tensor, bounds: Bounds) -> tuple[Tensor, Tensor | None]:
    """The log-variance within its bounds, and where it was not, which has no gradient; None: nowhere."""
    if bounds is None or not log_var.numel():
        return log_var, None
    if not log_var.is_cuda:  # one look saves three passes; a GPU would have to wait for the answer
        low, high = log_var.aminmax()
        if bounds[0] <= low and high <= bounds[1]:
            return log_var, None
    clamped = log_var.clamp(*bounds)
    return clamped, clamped != log_var
