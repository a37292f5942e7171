"""Work that waits until someone reads its result, and then gives what it would have given at once."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor

_T = TypeVar("_T")


def later(compute: Callable[[], _T], *read: Tensor) -> Callable[[], _T]:
    """Return a function that computes once, when it is first called, under the modes of now.

    Args:
        compute: what to compute: something of the batch that `read` are the tensors of.
        read: the input and the experts' weights, which the function does not let change meanwhile.
    """
    kind, versions = read[0].device.type, [_version(tensor) for tensor in read]
    graph, inference = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    casts, dtype = torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)

    @cache
    def value() -> _T:
        if [_version(tensor) for tensor in read] != versions:
            raise RuntimeError(
                "gaussian, losses: the input or the experts' weights have changed since this batch; read "
                "them before the optimiser's step, or run the batch again"
            )
        cast = torch.autocast(kind, dtype, enabled=casts)
        with torch.inference_mode(inference), torch.set_grad_enabled(graph), cast:
            return compute()

    return value


def _version(tensor: Tensor) -> int | None:
    """How often a tensor was written to; None in inference mode, where none counts it."""
    return None if tensor.is_inference() else tensor._version
