"""How the experts are computed: several ways, one meaning. The meaning is the dense way, in `euar.moe`.

A mixture asks k of N experts for each sample. The dense way asks all of them and drops most answers; here

- `chosen` sorts the (sample, expert) pairs by expert and multiplies each expert with its own rows only;
- `mixed` does so for several mixtures at once, draws, weighs and adds the answers, and sums their losses;
  for the KL divergence of all N experts see `_kl_of_all`.

Their gradients are written by hand, first derivatives alone; `sorts` leaves what is compiled or stacked to
the dense way. Letters: B samples, M mixtures, N experts, k chosen, S = M B k pairs, D features.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import embedding_bag

from euar._kl_of_all import Bounds, add_scaled, clamped, kl_of_each
from euar._pairs import Pairs, of_pairs, outer_products, products
from euar._precision import at_least_float32
from euar._replicas import sees_values

Way = Literal["dense", "sorted"]

#: Multiplications up to which all experts answer faster than the chosen are sorted.
_FEW_PRODUCTS = 1 << 23
_forced: ContextVar[Way | None] = ContextVar("forced", default=None)


@contextmanager
def forced(way: Way) -> Iterator[None]:
    """Compute in one way, whatever the sizes: for tests, measurements and, `"dense"`, second derivatives."""
    token = _forced.set(way)
    try:
        yield
    finally:
        _forced.reset(token)


def sorts(x: Tensor, num_experts: int, k: int, *, every_kl: bool = False, means: bool = False) -> bool:
    """Tell whether the sorted way is the faster one, and possible.

    To sort costs some dozen operations, whatever the sizes: more than it saves where a few products answer it
    all, as they do the means of few rows.

    Args:
        x: (B, in).
        num_experts: N.
        k: experts chosen for each sample.
        every_kl: whether all N experts have a KL term, which `_kl_of_all` makes cheap from some rows on.
        means: whether the means are all that is asked for.
    """
    if not sees_values(x) or torch.is_autocast_enabled(x.device.type):
        return False  # compilers fuse, vmap maps and autocast chooses types operation by operation
    if (way := _forced.get()) is not None:
        return way == "sorted"
    if means and len(x) * num_experts * x.shape[1] ** 2 <= _FEW_PRODUCTS:
        return False
    return len(x) >= 1.5 * x.shape[1] if every_kl else k < num_experts


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
    pairs = Pairs.of(index, len(weight))
    product: Tensor = _Product.apply(x.index_select(0, pairs.rows), weight, pairs.ends)  # type: ignore[no-untyped-call]
    wide = at_least_float32(bias)  # whose gradient sums many rows; in bfloat16 one of 256 ones grows no more
    answers = product + wide[:, 0].index_select(0, pairs.experts).to(product)
    return answers.index_select(0, pairs.inverse.flatten()).view(*index.shape, bias.shape[-1])


class _Product(Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, weight: Tensor, ends: Tensor) -> Tensor:
        ctx.save_for_backward(rows, weight, ends)
        return products(rows, [weight], ends)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        _check_first_derivative()
        rows, weight, ends = ctx.saved_tensors
        grad = grad.contiguous()  # it may be one number, expanded
        return products(grad, [weight.transpose(1, 2)], ends), outer_products(rows, grad, ends)[0], None


class Reading(NamedTuple):
    """How `mixed` reads its numbers.

    Attributes:
        bounds: of the log-variance.
        every_kl: whether the KL divergence is that of all N experts, or of the chosen.
        detach: `"variance"` or `"gate"` has no gradient by the U-loss.
    """

    bounds: Bounds
    every_kl: bool
    detach: str | None


class Experts(Protocol):
    """Such as `euar.experts.GaussianExperts`."""

    @property
    def weight(self) -> Tensor:
        """(N, in, 2 D), means first, then log-variances."""

    @property
    def bias(self) -> Tensor:
        """(N, 1, 2 D)."""


class Mixed(NamedTuple):
    """What M mixtures give.

    Attributes:
        hidden: (M B, D), the h of Eq. 6.
        kl: (M,), the KL divergence (Eq. 4) summed over rows, experts and features.
        u: (M,), variance times gate (Eq. 10) summed over the same.
    """

    hidden: Tensor
    kl: Tensor
    u: Tensor


def mixed(
    x: Tensor,
    index: Tensor,
    gate: Tensor,
    noise: Tensor | None,
    how: Reading,
    experts: Sequence[Experts],
) -> Mixed:
    """Ask the chosen experts of M mixtures, draw from them, weigh and add (Eq. 3, 6), with sums of losses.

    Args:
        x: (M B, in), the rows of one mixture after those of the other.
        index: (M B, k), the experts to ask, counted over all mixtures.
        gate: (M B, k), the weights G of the chosen.
        noise: (M B, k, D), the eps of Eq. 3; None takes the means.
        how: see there.
        experts: of each mixture.
    """
    weights, biases = [each.weight for each in experts], [each.bias for each in experts]
    return Mixed(*_Mixed.apply(x, index, gate, noise, how, *weights, *biases))  # type: ignore[no-untyped-call]


class _Drawn(NamedTuple):
    """What was drawn for each pair.

    Attributes:
        value: (S, D), z of Eq. 3.
        shift: (S, D), sigma eps, or None where the means are taken.
        variance: (S, D).
        total: (S,), the variance summed over features.
        outside: (S, D) bool, see `clamped`.
    """

    value: Tensor
    shift: Tensor | None
    variance: Tensor
    total: Tensor
    outside: Tensor | None


class _Mixed(Function):
    """`mixed` in the order of the pairs: what the experts answer never returns to that of the samples."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, index: Tensor, gate: Tensor, noise: Tensor | None, how: Reading, *given: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        count = ctx.count = len(given) // 2
        weights, biases = given[:count], given[count:]
        pairs = Pairs.of(index, len(weights[0]), count)
        rows, weighed = x.index_select(0, pairs.rows), gate.flatten().index_select(0, pairs.order)
        answers = products(rows, weights, pairs.ends)
        answers += torch.cat(biases).squeeze(1).index_select(0, pairs.experts)
        noise = None if noise is None else noise.flatten(0, 1).index_select(0, pairs.order)
        drawn, twice = _draw(answers, noise, how.bounds)
        kl, of_kl = (
            kl_of_each(x, weights, biases, how.bounds) if how.every_kl else (_sums(twice, count) / 2, ())
        )
        ctx.how, ctx.bias = how, biases[0].shape
        ctx.save_for_backward(*pairs, rows, weighed, answers, *drawn, *weights, *of_kl)
        hidden = embedding_bag(pairs.inverse, drawn.value, per_sample_weights=gate, mode="sum")  # Eq. 6
        return hidden, kl, _sums(drawn.total * weighed, count)  # Eq. 10

    @staticmethod
    def backward(ctx: Any, hidden: Tensor, kl: Tensor, u: Tensor) -> tuple[Tensor | None, ...]:
        _check_first_derivative()
        saved, how, count = ctx.saved_tensors, ctx.how, ctx.count
        pairs, (rows, weighed, answers), drawn = Pairs(*saved[:5]), saved[5:8], _Drawn(*saved[8:13])
        weights, of_kl = saved[13 : 13 + count], saved[13 + count :]
        of_value = hidden.index_select(0, pairs.rows)
        gate = (drawn.value * of_value).sum(dim=-1)
        of_u = of_pairs(u, len(rows))
        if how.detach != "gate":
            gate += of_u * drawn.total
        of_variance = torch.zeros_like(of_u) if how.detach == "variance" else of_u * weighed
        of_kl_chosen = of_pairs(torch.zeros_like(kl) if how.every_kl else kl, len(rows))
        of_value *= weighed.unsqueeze(1)
        grad = _through(answers, drawn, of_value, of_variance, of_kl_chosen)
        x = None
        if ctx.needs_input_grad[0]:
            x = products(grad, [weight.transpose(1, 2) for weight in weights], pairs.ends)
            x = embedding_bag(pairs.inverse, x, mode="sum")  # k rows added, in order
        bias = grad.new_zeros(count * ctx.bias[0], ctx.bias[-1]).index_add_(0, pairs.experts, grad)
        parts = [*outer_products(rows, grad, pairs.ends), *bias.unsqueeze(1).chunk(count)]
        if of_kl:
            add_scaled([x, *parts], of_kl, kl)
        gate = gate.index_select(0, pairs.inverse.flatten()).view_as(pairs.inverse)
        return x, None, gate, None, None, *parts


def _sums(by_pair: Tensor, count: int) -> Tensor:
    """The sums of numbers (S,) over the pairs of each mixture, (M,)."""
    return by_pair.view(count, -1).sum(dim=1)


def _draw(answers: Tensor, noise: Tensor | None, bounds: Bounds) -> tuple[_Drawn, Tensor]:
    """Draw with noise, which is overwritten; return twice the KL divergence of each pair, too, (S,)."""
    mean, raw = answers.chunk(2, dim=-1)
    log_var, outside = clamped(raw, bounds)
    sigma = (log_var / 2).exp_()
    shift = None if noise is None else noise.mul_(sigma)
    value = mean.contiguous() if shift is None else mean + shift  # Eq. 3
    variance = sigma.square_()
    total = variance.sum(dim=-1)
    kl = (mean.square() - log_var).sum(dim=-1) + (total - mean.shape[1])  # Eq. 4, twice
    return _Drawn(value, shift, variance, total, outside), kl


def _through(answers: Tensor, drawn: _Drawn, of_value: Tensor, of_variance: Tensor, of_kl: Tensor) -> Tensor:
    """The gradient by the answers (S, 2 D), of those by value (S, D), total variance (S,) and KL (S,)."""
    grad = torch.empty_like(answers)
    mean, log_var = grad.chunk(2, dim=-1)
    torch.addcmul(of_value, answers.chunk(2, dim=-1)[0], of_kl.unsqueeze(1), out=mean)
    half = of_kl.unsqueeze(1) / 2
    torch.addcmul(-half, drawn.variance, of_variance.unsqueeze(1) + half, out=log_var)
    if drawn.shift is not None:
        log_var.addcmul_(drawn.shift, of_value, value=0.5)
    if drawn.outside is not None:
        log_var.masked_fill_(drawn.outside, 0)
    return grad


def _check_first_derivative() -> None:
    """Refuse `create_graph=True`; PyTorch's `once_differentiable` lets some through, to wrong numbers."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            "this way to compute the experts has first derivatives alone; for second ones run the model "
            'within euar._kernels.forced("dense")'
        )
