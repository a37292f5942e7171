"""The pairs of a sample and an expert, sorted by expert, and products of each expert with its own alone.

Letters: B samples, N experts, k chosen, S = B k pairs.
"""

import math
import mmap
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import grouped_mm

#: Bytes from which a gradient that is mostly zeros is left to the operating system to fill.
_LAZY_BYTES = 1 << 25


class Pairs(NamedTuple):
    """The pairs of M mixtures side by side, each with as many samples and as many experts.

    Attributes:
        order: (S,), `flat[order]` are the experts sorted, flat an index (B, k) flattened.
        inverse: (B, k), where each pair has gone.
        experts: (S,), of each pair, counted over all mixtures.
        rows: (S,), the sample of each pair.
        ends: (M, N), int32, where each expert's pairs end, counted from the first of its mixture.
    """

    order: Tensor
    inverse: Tensor
    experts: Tensor
    rows: Tensor
    ends: Tensor

    @classmethod
    def of(cls, index: Tensor, num_experts: int, mixtures: int = 1) -> "Pairs":
        """Sort an index (B, k), which counts the experts over all mixtures."""
        experts, order = index.flatten().sort(stable=True)
        every = torch.arange(mixtures * num_experts, device=index.device).view(mixtures, num_experts)
        ends = torch.searchsorted(experts, every, right=True, out_int32=True)
        if mixtures > 1:
            ends -= torch.arange(mixtures, device=index.device).unsqueeze(1) * (len(order) // mixtures)
        inverse = torch.empty_like(order).scatter_(0, order, torch.arange(len(order), device=order.device))
        return cls(order, inverse.view(index.shape), experts, order // index.shape[1], ends)


def of_pairs(of_mixtures: Tensor, pairs: int) -> Tensor:
    """A number for each mixture (M,) as one for each pair, (S,)."""
    count = len(of_mixtures)
    return of_mixtures.unsqueeze(1).expand(count, pairs // count).reshape(pairs)


def products(rows: Tensor, weights: Sequence[Tensor], ends: Tensor) -> Tensor:
    """Multiply each expert's rows (S, in), sorted, with its weight, one of (N, in, O) a mixture: (S, O)."""
    parts = zip(rows.chunk(len(weights)), weights, ends, strict=True)
    found = [_grouped(*part) for part in parts]
    return found[0] if len(found) == 1 else torch.cat(found)


def outer_products(rows: Tensor, grad: Tensor, ends: Tensor) -> list[Tensor]:
    """Sum the outer products of each expert's rows (S, in) and gradients (S, O): (N, in, O) a mixture."""
    parts = zip(rows.chunk(len(ends)), grad.chunk(len(ends)), ends, strict=True)
    return [_outer(*part) for part in parts]


def _grouped(rows: Tensor, weight: Tensor, ends: Tensor) -> Tensor:
    if _takes_groups(rows, weight) and not _few(rows, ends):
        return grouped_mm(rows, weight, offs=ends)
    product = rows.new_empty(len(rows), weight.shape[-1])
    for j, start, end in _spans(ends):
        torch.mm(rows[start:end], weight[j], out=product[start:end])
    return product


def _outer(rows: Tensor, grad: Tensor, ends: Tensor) -> Tensor:
    if _takes_groups(rows, grad) and not _few(rows, ends):
        return grouped_mm(rows.t(), grad, offs=ends)
    product = _zeros(torch.Size((len(ends), rows.shape[1], grad.shape[1])), rows)
    for j, start, end in _spans(ends):
        torch.mm(rows[start:end].t(), grad[start:end], out=product[j])
    return product


def _few(rows: Tensor, ends: Tensor) -> bool:
    """Whether most experts have no rows, so that it pays to look which have; a GPU would have to wait."""
    return not rows.is_cuda and 4 * len(rows) < len(ends)


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
