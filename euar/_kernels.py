"""How the experts are computed: several ways, one meaning. The meaning is the dense way, in `euar.moe`.

A mixture asks k of N experts for each sample. The dense way asks all of them and drops most answers; here

- `chosen` sorts the (sample, expert) pairs by expert and multiplies each expert with its own rows only;
- `combine` draws, weighs and adds the answers, with their losses, in few passes over memory;
- `kl_of_all` sums the KL divergence of all N experts and keeps no (B, N, 2 D) tensor.

Their gradients are written by hand, first derivatives alone; `sorts` leaves what is compiled or stacked to
the dense way. Letters: B samples, N experts, k chosen, S = B k pairs, D features.
"""

import math
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import embedding_bag, grouped_mm

from euar._precision import at_least_float32
from euar._replicas import sees_values

Bounds = tuple[float, float] | None
Way = Literal["dense", "sorted"]

_forced: ContextVar[Way | None] = ContextVar("forced", default=None)
#: Bytes from which a gradient that is mostly zeros is left to the operating system to fill.
_LAZY_BYTES = 1 << 25


@contextmanager
def forced(way: Way) -> Iterator[None]:
    """Compute in one way, whatever the sizes: for tests, measurements and, `"dense"`, second derivatives."""
    token = _forced.set(way)
    try:
        yield
    finally:
        _forced.reset(token)


def sorts(x: Tensor, num_experts: int, k: int, *, every_kl: bool = False) -> bool:
    """Tell whether the sorted way is the faster one, and possible.

    Args:
        x: (B, in).
        num_experts: N.
        k: experts chosen for each sample.
        every_kl: whether all N experts have a KL term, which `kl_of_all` makes cheap from some rows on.
    """
    if not sees_values(x) or torch.is_autocast_enabled(x.device.type):
        return False  # compilers fuse, vmap maps and autocast chooses types operation by operation
    if (way := _forced.get()) is not None:
        return way == "sorted"
    return len(x) >= 1.5 * x.shape[1] if every_kl else k < num_experts


class Pairs(NamedTuple):
    """The S pairs of a sample and an expert, in two orders.

    Attributes:
        order: (S,), `flat[order]` are the experts sorted, flat an index (B, k) flattened.
        inverse: (S,), undoes `order`.
        hit: (H,), the experts that have rows, or None for all N.
        ends: (H,) or (N,), int32, where each expert's rows end.
    """

    order: Tensor
    inverse: Tensor
    hit: Tensor | None
    ends: Tensor

    @classmethod
    def of(cls, index: Tensor, num_experts: int) -> "Pairs":
        """Sort an index (B, k). Where there are few pairs for the experts, the others are left out."""
        experts, order = index.flatten().sort(stable=True)
        counts = torch.bincount(experts, minlength=num_experts)
        hit = counts.nonzero().squeeze(1) if 4 * len(order) < num_experts else None
        ends = (counts if hit is None else counts[hit]).cumsum(0).to(torch.int32)
        inverse = torch.empty_like(order).scatter_(0, order, torch.arange(len(order), device=order.device))
        return cls(order, inverse, hit, ends)


def at_index(answers: Tensor, index: Tensor) -> Tensor:
    """Return those of all answers (B, N, O) that an index (B, k) names, (B, k, O)."""
    return answers.gather(1, index.unsqueeze(-1).expand(-1, -1, answers.shape[-1]))


def chosen(x: Tensor, index: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return what the chosen experts answer, x W_j + b_j, (B, k, O).

    Args:
        x: (B, in).
        index: (B, k), the experts to ask.
        weight: (N, in, O).
        bias: (N, 1, O).
    """
    answers: Tensor
    answers, _ = _Chosen.apply(x, index, weight, bias, None)
    return answers


def chosen_and_kl(
    x: Tensor, index: Tensor, weight: Tensor, bias: Tensor, bounds: Bounds
) -> tuple[Tensor, Tensor]:
    """Return what `chosen` does, and the KL divergence summed over rows, all N experts and features, 0-dim.

    Args:
        x: (B, in).
        index: (B, k), the experts to ask.
        weight: (N, in, 2 D), means first, then log-variances.
        bias: (N, 1, 2 D).
        bounds: of the log-variance.
    """
    answers, kl = _Chosen.apply(x, index, weight, bias, (bounds,))
    return answers, kl


def combine(
    answers: Tensor, gate: Tensor, noise: Tensor | None, bounds: Bounds
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw from the chosen Gaussians, weigh and add (Eq. 3, 6), with the sums of Eq. 4 and 10.

    Args:
        answers: (B, k, 2 D), means and log-variances.
        gate: (B, k), the weights G of the chosen.
        noise: (B, k, D), the eps of Eq. 3, overwritten; None takes the means.
        bounds: of the log-variance.

    Returns:
        hidden: (B, D).
        kl: KL divergence of the chosen, summed over rows, experts and features, 0-dim.
        variance: (B, k), summed over features.
    """
    hidden, kl, variance = _Combine.apply(answers, gate, noise, bounds)
    return hidden, kl, variance


class _Chosen(Function):
    """`chosen`, and `kl_of_all` where asked: the gradients of a weight are summed in one buffer."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, index: Tensor, weight: Tensor, bias: Tensor, every: tuple[Bounds] | None
    ) -> tuple[Tensor, Tensor | None]:
        pairs = Pairs.of(index, len(weight))
        used = weight if pairs.hit is None else weight.index_select(0, pairs.hit)
        rows = x.index_select(0, pairs.order // index.shape[1])
        answers = _grouped(rows, used, pairs.ends).index_select(0, pairs.inverse)
        answers += bias[:, 0].index_select(0, index.flatten())
        kl, gradients = (None, ()) if every is None else kl_of_all(x, weight, bias, *every)
        ctx.save_for_backward(index, rows, used, *pairs, *gradients)
        ctx.bias, ctx.shape = bias.shape, weight.shape
        return answers.view(*index.shape, bias.shape[-1]), kl

    @staticmethod
    def backward(ctx: Any, grad: Tensor, grad_kl: Tensor | None) -> tuple[Tensor | None, ...]:
        _check_first_derivative()
        index, rows, used, *rest = ctx.saved_tensors
        pairs, of_kl = Pairs(*rest[:4]), rest[4:]
        grad = grad.reshape(len(rows), -1) if len(rows) else grad.new_zeros(0, ctx.bias[-1])
        by_expert = grad.index_select(0, pairs.order)
        x = None
        if ctx.needs_input_grad[0]:
            x = _grouped(by_expert, used.transpose(1, 2), pairs.ends)
            x = embedding_bag(pairs.inverse.view(index.shape), x, mode="sum")  # in order, k rows added
        weight = _outer(rows, by_expert, pairs.ends)
        if pairs.hit is not None:
            weight = _zeros(ctx.shape, weight).index_copy_(0, pairs.hit, weight)
        wide = at_least_float32(grad)  # a sum of many rows; in bfloat16 one of 256 ones grows no more
        bias = wide.new_zeros(ctx.bias).squeeze(1).index_add_(0, index.flatten(), wide).unsqueeze(1).to(grad)
        if of_kl:
            for total, part in zip((x, weight, bias), of_kl, strict=True):
                if total is not None and grad_kl is not None:
                    total.addcmul_(part, grad_kl)
        return x, None, weight, bias, None


class _Combine(Function):
    @staticmethod
    def forward(
        ctx: Any, answers: Tensor, gate: Tensor, noise: Tensor | None, bounds: Bounds
    ) -> tuple[Tensor, Tensor, Tensor]:
        mean, raw = answers.chunk(2, dim=-1)
        log_var, outside = _clamped(raw, bounds)
        sigma = (log_var / 2).exp_()
        variance = sigma.square()
        shift = None if noise is None else noise.mul_(sigma)  # sigma eps
        drawn = mean if shift is None else mean + shift  # Eq. 3
        total = variance.sum(dim=-1)  # (B, k)
        kl = (mean.square().sum() + total.sum() - log_var.sum() - mean.numel()) / 2  # Eq. 4
        ctx.save_for_backward(answers, gate, shift, drawn, variance, outside)
        return (gate.unsqueeze(-1) * drawn).sum(dim=1), kl, total  # Eq. 6

    @staticmethod
    def backward(ctx: Any, hidden: Tensor, kl: Tensor, total: Tensor) -> tuple[Tensor | None, ...]:
        _check_first_derivative()
        answers, gate, shift, drawn, variance, outside = ctx.saved_tensors
        hidden = hidden.unsqueeze(1)  # (B, 1, D)
        of_gate = (drawn * hidden).sum(dim=-1)
        of_drawn = gate.unsqueeze(-1) * hidden
        grad = torch.empty_like(answers)
        mean, log_var = grad.chunk(2, dim=-1)
        torch.addcmul(of_drawn, answers.chunk(2, dim=-1)[0], kl, out=mean)
        torch.mul(variance, (total + kl / 2).unsqueeze(-1), out=log_var)
        if shift is not None:
            log_var.addcmul_(shift, of_drawn, value=0.5)
        log_var.sub_(kl / 2)
        if outside is not None:
            log_var.masked_fill_(outside, 0)
        return grad, of_gate, None, None


def _check_first_derivative() -> None:
    """Refuse `create_graph=True`; PyTorch's `once_differentiable` lets some through, to wrong numbers."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            "this way to compute the experts has first derivatives alone; for second ones run the model "
            'within euar._kernels.forced("dense")'
        )


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
    rows, dim = len(x), weight.shape[-1] // 2
    second, first = x.t() @ x, x.sum(dim=0, keepdim=True)  # S (in, in), s (1, in)
    by_x, by_weight, by_bias = torch.zeros_like(x), torch.empty_like(weight), torch.empty_like(bias)
    squares, shift = x.new_zeros(second.shape), x.new_zeros(first.shape)  # sum W W^T, sum b W^T
    spread = x.new_zeros(())  # sum of variance - log-variance - 1
    raw, variance = x.new_empty(rows, dim), x.new_empty(rows, dim)
    for w, b, of_w, of_b in zip(weight, bias, by_weight, by_bias, strict=True):
        (mean_w, var_w), (mean_b, var_b) = w.chunk(2, dim=-1), b.chunk(2, dim=-1)
        (of_mean_w, of_var_w), (of_mean_b, of_var_b) = of_w.chunk(2, dim=-1), of_b.chunk(2, dim=-1)
        torch.addmm(first.t() * mean_b, second, mean_w, out=of_mean_w)
        torch.addmm(rows * mean_b, first, mean_w, out=of_mean_b)
        squares.addmm_(mean_w, mean_w.t())
        shift.addmm_(mean_b, mean_w.t())
        torch.addmm(var_b, x, var_w, out=raw)
        log_var, outside = _clamped(raw, bounds)
        slope = torch.exp(log_var, out=variance).sub_(1)  # twice the gradient by the log-variance
        spread += slope.sum() - log_var.sum()
        if outside is not None:
            slope.masked_fill_(outside, 0)
        torch.addmm(of_var_w, x.t(), slope, beta=0, alpha=0.5, out=of_var_w)
        torch.sum(slope, dim=0, keepdim=True, out=of_var_b).mul_(0.5)
        by_x.addmm_(slope, var_w.t(), alpha=0.5)
    by_x.addmm_(x, squares).add_(shift)
    square = (weight[..., :dim] * by_weight[..., :dim]).sum() + (bias[..., :dim] * by_bias[..., :dim]).sum()
    return (square + spread) / 2, (by_x, by_weight, by_bias)


def _clamped(log_var: Tensor, bounds: Bounds) -> tuple[Tensor, Tensor | None]:
    """The log-variance within its bounds, and where it was not, which has no gradient; None: nowhere."""
    if bounds is None or not log_var.numel():
        return log_var, None
    if not log_var.is_cuda:  # one look saves three passes; a GPU would have to wait for the answer
        low, high = log_var.aminmax()
        if bounds[0] <= low and high <= bounds[1]:
            return log_var, None
    clamped = log_var.clamp(*bounds)
    return clamped, clamped != log_var


def _grouped(rows: Tensor, weight: Tensor, ends: Tensor) -> Tensor:
    """Multiply each expert's rows (S, in), sorted, with its weight (H, in, O): (S, O)."""
    if _takes_groups(rows, weight):
        return grouped_mm(rows, weight, offs=ends)
    product = rows.new_empty(len(rows), weight.shape[-1])
    for j, start, end in _spans(ends):
        torch.mm(rows[start:end], weight[j], out=product[start:end])
    return product


def _outer(rows: Tensor, grad: Tensor, ends: Tensor) -> Tensor:
    """Sum the outer products of each expert's rows (S, in) and gradients (S, O), sorted: (H, in, O)."""
    if _takes_groups(rows, grad):
        return grouped_mm(rows.t(), grad, offs=ends)
    product = rows.new_zeros(len(ends), rows.shape[1], grad.shape[1])
    for j, start, end in _spans(ends):
        torch.mm(rows[start:end].t(), grad[start:end], out=product[j])
    return product


def _takes_groups(*factors: Tensor) -> bool:
    """PyTorch's grouped product knows no float64, and lines of whole 16 bytes only."""
    lines = all(step == 1 or step * f.element_size() % 16 == 0 for f in factors for step in f.stride())
    return lines and all(f.numel() and f.dtype in (torch.float32, torch.bfloat16) for f in factors)


def _spans(ends: Tensor) -> list[tuple[int, int, int]]:
    """The experts that have rows, with where they start and end."""
    stops = ends.tolist()
    return [
        (j, start, end) for j, (start, end) in enumerate(zip([0, *stops], stops, strict=False)) if start < end
    ]


def _zeros(shape: torch.Size, like: Tensor) -> Tensor:
    """Zeros; a large tensor's pages are made when they are first written, so that few rows cost little."""
    size = math.prod(shape) * like.element_size()
    if like.device.type != "cpu" or size < _LAZY_BYTES or not hasattr(mmap, "MAP_ANONYMOUS"):
        return like.new_zeros(shape)
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return torch.frombuffer(pages, dtype=like.dtype).view(shape)
