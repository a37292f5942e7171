"""A model as part of a larger program, compiled or of several replicas: what the model must know of it.

Inside such a program no value can be looked at; stacked replicas, see `euar.training.stack`, draw each from a
generator of their own.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.autograd import Function


def sees_values(x: Tensor) -> bool:
    """Tell whether Python may decide by the values of tensors, of which x is one.

    Not when compiled, exported, traced or under `torch.func`; nor where x has none or is of a class that
    keeps them in its own way.
    """
    if torch.compiler.is_compiling() or torch.jit.is_tracing() or torch._C._are_functorch_transforms_active():
        return False
    return type(x) in (Tensor, nn.Parameter) and not x.is_meta


class Generators(tuple[Generator, ...]):
    """The generators of stacked replicas, in the place of a model's one."""


def standard_normal(like: Tensor, shape: Sequence[int], generator: Generator | Generators | None) -> Tensor:
    """Draw N(0, 1) in the type and on the device of another tensor; stacked, each replica from its own."""
    if isinstance(generator, Generators):
        drawn: Tensor = _Normals.apply(like.detach(), tuple(shape), generator)  # type: ignore[no-untyped-call]
        return drawn
    source: dict[str, Any] = {} if generator is None else {"generator": generator}  # compilers refuse None
    return torch.randn(shape, **source, dtype=like.dtype, device=like.device)


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
