"""Several replicas of a model as one program: what the model must know of it, see `euar.training.stack`.

Inside such a program, as inside a compiled one, no value can be looked at, and each replica draws from a
generator of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from statistics import NormalDist
from typing import Any

import torch
from torch import Generator, Tensor
from torch.autograd import Function

_inside: ContextVar[bool] = ContextVar("inside", default=False)


@contextmanager
def stacked() -> Iterator[None]:
    """Run models as parts of one program inside the block."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def sees_values() -> bool:
    """Tell whether Python may decide by the values of tensors: not when compiled or stacked."""
    return not (torch.compiler.is_compiling() or _inside.get())


class Generators(tuple[Generator, ...]):
    """The generators of stacked replicas, in the place of a model's one."""


def standard_normal(like: Tensor, shape: Sequence[int], generator: Generator | Generators | None) -> Tensor:
    """Draw N(0, 1) in the type and on the device of another tensor; stacked, each replica from its own."""
    if isinstance(generator, Generators):
        drawn: Tensor = _Normals.apply(like.detach(), tuple(shape), generator)
        return drawn
    if generator is None:  # left out, for a compiler that sees shapes alone
        return torch.randn(shape, dtype=like.dtype, device=like.device)
    return torch.randn(shape, generator=generator, dtype=like.dtype, device=like.device)


def dropout(x: Tensor, p: float, generator: Generator | Generators | None) -> Tensor:
    """Drop each number with probability p, and divide the others by 1 - p.

    torch's own draws from the global stream, which stacked replicas would share.

    Args:
        x: of any shape.
        p: at least 0, below 1.
        generator: of the replica, or of all.
    """
    if not p:
        return x
    below = NormalDist().inv_cdf(p)  # where a standard normal is with probability p
    kept = standard_normal(x, x.shape, generator) >= below
    return x * kept / (1 - p)


class _Normals(Function):
    """Defined under `torch.vmap` alone, over one axis."""

    @staticmethod
    def forward(like: Tensor, shape: tuple[int, ...], generators: Generators) -> Tensor:  # noqa: ARG004
        raise RuntimeError(f"generator: expected one, found those of {len(generators)} replicas")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Nothing to keep: noise has no gradient."""

    @staticmethod
    def vmap(
        _info: Any, _in_dims: Any, like: Tensor, shape: tuple[int, ...], generators: Generators
    ) -> tuple[Tensor, int]:
        """Draw the noise of all replicas, (S, *shape)."""
        return torch.stack([standard_normal(like, shape, generator) for generator in generators]), 0
