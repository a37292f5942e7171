"""How much arithmetic a layer does, counted while it runs."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode


def multiplications(work: Callable[..., Any], *inputs: Tensor) -> int:
    """Return the multiplications of matrix products a sample.

    Args:
        work: what to call.
        inputs: its arguments, (B, ...) each.

    Example:
        >>> multiplications(torch.nn.Linear(3, 2), torch.zeros(5, 3))
        6
    """
    with FlopCounterMode(display=False, custom_mapping={torch.ops.aten._grouped_mm: _grouped}) as counter:
        work(*inputs)
    return counter.get_total_flops() // 2 // len(inputs[0])  # it counts additions, too


def _grouped(rows: torch.Size, weight: torch.Size, *_: Any, **__: Any) -> int:
    """PyTorch's counter does not know this product, of (S, in) rows with their experts' (N, in, O)."""
    return 2 * rows[0] * rows[1] * weight[-1]
