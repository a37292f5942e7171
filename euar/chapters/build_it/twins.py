"""The reader's classes and the package's layers with the same weights, and words for what differs.

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar.chapters.answers import StubError, array, call_on, require
from euar.chapters.judge import expect, part
from euar.experts import GaussianExperts
from euar.model import EUAR
from euar.moe import UncertaintyAwareMoE

Weights = dict[str, Tensor]


def built(answer: Callable[..., Any], weights: Mapping[str, Tensor], *sizes: Any) -> nn.Module:
    """Return a module of the reader's class in evaluation, with these weights.

    Args:
        answer: the class.
        weights: {parameter: value}, all that it should have.
        *sizes: arguments of the class.

    Raises:
        StubError: it has no parameters yet.
        AnswerError: it cannot be built, or its parameters have other names or shapes.
    """
    if getattr(answer, "__init__", None) is nn.Module.__init__:
        raise StubError("Write the class first: it has no __init__ of its own.")
    made = call_on(answer, *sizes)
    require(isinstance(made, nn.Module), "Expected a class below nn.Module.")
    own = dict(made.named_parameters())
    if not own:
        raise StubError("Write the class first: so far it has nothing to learn.")
    for name, value in weights.items():
        lacks = f"No parameter `{name}`: the check copies the package's weights by name."
        require(name in own, f"{lacks} Yours: {', '.join(own)}.")
        found, wanted = tuple(own[name].shape), tuple(value.shape)
        require(found == wanted, f"{name}: found shape {found}, expected {wanted}.")
    extra = ", ".join(own.keys() - weights.keys())
    require(not extra, f"More parameters than the package has: {extra}.")
    with torch.no_grad():
        for name, value in weights.items():
            own[name].copy_(value)
    return made.eval()


def randomised(layer: nn.Module, seed: int = 0) -> Any:
    """Return a layer of the package in evaluation, all its parameters drawn from N(0, 1)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_(generator=generator)
    return layer.eval()


def of_experts(experts: GaussianExperts) -> Weights:
    """Return the weights of experts by the names of the chapter: `f1` and `f2`, (N D, D) each."""
    return {
        "f1.weight": experts.mean_weight.flatten(0, 1),
        "f1.bias": experts.mean_bias.flatten(),
        "f2.weight": experts.log_var_weight.flatten(0, 1),
        "f2.bias": experts.log_var_bias.flatten(),
    }


def of_mixture(layer: UncertaintyAwareMoE) -> Weights:
    """Return the weights of a layer by the names of the chapter: `experts` and `gate`."""
    gate = {f"gate.{name}": value for name, value in layer.gate.named_parameters()}
    return {f"experts.{name}": value for name, value in of_experts(layer.experts).items()} | gate


def of_model(model: EUAR) -> Weights:
    """Return the weights of a model by the names of the chapter: `project`, `mixture` and `head`."""
    found: Weights = {f"head.{name}": value for name, value in model.head.named_parameters()}
    for m, layer in model.moes.items():
        assert isinstance(layer, UncertaintyAwareMoE)
        found |= {f"project.{m}.{name}": v for name, v in model.projections[m].named_parameters()}
        found |= {f"mixture.{m}.{name}": value for name, value in of_mixture(layer).items()}
    return found


def parts(found: Any, *names: str) -> list[Any]:
    """Return what a function of the reader's gave, taken apart.

    Raises:
        AnswerError: it is not that many things.
    """
    complete = isinstance(found, tuple | list) and len(found) == len(names)
    require(complete, f"Return {len(names)} things: {', '.join(names)}.")
    return list(found)


def same(
    name: str,
    found: Any,
    right: Any,
    mistakes: Mapping[str, Any],
    *,
    axes: Sequence[str] = ("row", "expert", "feature"),
    tolerance: float = 1e-3,
) -> None:
    """Compare a tensor of the reader's with the package's, and say where and by how much they differ.

    Args:
        name: of the tensor.
        found: what `array` takes.
        right: the package's.
        mistakes: {hint: what the mistake gives}.
        axes: what the tensor's axes are called; there may be more names than axes.
        tolerance: largest relative difference.

    Raises:
        AnswerError: they differ.
    """
    with part(name):
        mine, ours = array(found), array(right)
        where = _where(mine, ours, axes)
        hints = {f"{where} {hint}".strip(): value for hint, value in mistakes.items()}
        expect(mine, ours, hints, where, tolerance)


def _where(found: NDArray[Any], right: NDArray[Any], axes: Sequence[str]) -> str:
    """The place of the largest difference, in words; nothing where the shapes differ."""
    if found.shape != right.shape or not found.size:
        return ""
    gap = np.nan_to_num(np.abs(found.astype(float) - right), nan=np.inf)
    place = np.unravel_index(gap.argmax(), gap.shape)
    spelt = ", ".join(f"{axis} {i}" for axis, i in zip(axes, place, strict=False))
    most = f"most at {spelt}: " if spelt else ""
    return f"{most}yours {found[place]:.4g}, the package's {right[place]:.4g}."
