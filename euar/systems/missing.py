"""What systems that imagine missing modalities share: who has what, and modalities left out to learn from.

Letters: B samples, M modalities, D features.
"""

from collections.abc import Collection, Mapping

import torch
from torch import Generator, Tensor

from euar._checks import is_number, shown
from euar._replicas import standard_normal


def present(inputs: Mapping[str, Tensor], available: Mapping[str, Tensor], names: Collection[str]) -> Tensor:
    """Tell which modalities each row has.

    Args:
        inputs: {modality: (..., d)}.
        available: {modality: (...) bool}.
        names: of all M modalities, in their order.

    Returns:
        (..., M) bool.

    Example:
        >>> present({"a": torch.ones(2, 3)}, {"a": torch.tensor([True, False])}, ["a", "b"]).tolist()
        [[True, False], [False, False]]
    """
    some = next(iter(inputs.values()))
    every = torch.ones_like(some[..., 0], dtype=torch.bool)
    masks = [available.get(m, every) if m in inputs else torch.zeros_like(every) for m in names]
    return torch.stack(masks, dim=-1)


def side_by_side(features: Mapping[str, Tensor], names: Collection[str]) -> Tensor:
    """Stack the modalities' features, those not given as 0: {modality: (..., D)} to (..., M, D).

    Example:
        >>> side_by_side({"a": torch.ones(2, 3)}, ["a", "b"])[0].tolist()
        [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    nothing = torch.zeros_like(next(iter(features.values())))
    return torch.stack([features.get(m, nothing) for m in names], dim=-2)


def leave_out(has: Tensor, rate: float, generator: Generator | None = None) -> Tensor:
    """Leave modalities out at random, so that what they hold is known when it is to be imagined.

    Of the modalities of a row one, any of them, always stays; each other goes with probability `rate`.

    Args:
        has: (..., M) bool, the modalities of each row.
        rate: from 0 to 1.
        generator: source of the draws.

    Returns:
        (..., M) bool, what stays: a part of `has`, and not empty where `has` is not.

    Example:
        >>> leave_out(torch.tensor([[True, True], [False, True]]), rate=1.0).sum(dim=1).tolist()
        [1, 1]
    """
    like = has.to(torch.get_default_dtype())
    order, chance = (standard_normal(like, like.shape, generator) for _ in range(2))
    order = order.masked_fill(~has, -torch.inf)
    stays: Tensor = (order == order.amax(dim=-1, keepdim=True)) | (torch.special.ndtr(chance) >= rate)
    return stays.logical_and(has)


def check_rate(name: str, rate: float) -> None:
    """Raise a ValueError unless a probability of leaving out is above 0 and at most 1."""
    if not (is_number(rate) and 0 < rate <= 1):
        raise ValueError(f"{name}: expected a number above 0, at most 1, found {shown(rate)}")
