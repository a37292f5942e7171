"""Mixtures of experts abreast: layers that differ in nothing but their weights, as one program.

With few rows a layer is a hundred small operations, and time goes by between them; layers abreast share them.
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

import torch
from torch import Generator, Tensor, nn

from euar import _kernels
from euar._layers import ModalityDict
from euar.moe import MoEOutput, UncertaintyAwareMoE


def abreast(
    layers: ModalityDict,
    inputs: Mapping[str, Tensor],
    available: Mapping[str, Tensor],
    generator: Generator | None,
) -> dict[str, MoEOutput]:
    """Call each layer with its input, together where that is possible, and return what each gives.

    Args:
        layers: {modality: an `UncertaintyAwareMoE`}.
        inputs: {modality: (B, D)}; layers without are not called.
        available: {modality: (B,) bool}; True for all by default.
        generator: source of the noise of Eq. 3.
    """
    called, xs = [layers[m] for m in inputs], list(inputs.values())
    if (
        len(called) > 1
        and not available
        and _alike(called)
        and called[0].training
        and called[0]._sorts(xs[0])
    ):
        return dict(zip(inputs, _together(called, xs, generator), strict=True))
    return {m: layers[m](x, available.get(m), generator) for m, x in inputs.items()}


def _alike(layers: Sequence[nn.Module]) -> TypeGuard[Sequence[UncertaintyAwareMoE]]:
    """Whether the layers differ in their weights alone, and nobody waits for one of them to be called."""
    options = [
        _options(layer) for layer in layers if type(layer) is UncertaintyAwareMoE and not _watched(layer)
    ]
    return len(options) == len(layers) and all(each == options[0] for each in options)


def _options(layer: UncertaintyAwareMoE) -> dict[str, object]:
    """All that decides what a layer computes but its weights."""
    own = {name: value for name, value in vars(layer).items() if not name.startswith("_")}
    return own | {"gate": layer.gate.extra_repr(), "experts": layer.experts.extra_repr()}


def _watched(layer: nn.Module) -> bool:
    return bool(
        layer._forward_hooks or layer._forward_pre_hooks or layer._backward_hooks or layer._backward_pre_hooks
    )


def _together(
    layers: Sequence[UncertaintyAwareMoE], xs: Sequence[Tensor], generator: Generator | None
) -> list[MoEOutput]:
    """`UncertaintyAwareMoE._sorted` of them all: the experts are counted on from layer to layer."""
    first, num_experts = layers[0], layers[0].experts.num_experts
    routings = [layer.gate(x) for layer, x in zip(layers, xs, strict=True)]
    index = torch.cat([routing.index + j * num_experts for j, routing in enumerate(routings)])
    gate = torch.cat([routing.chosen_weights for routing in routings])
    drawn = [layer._noise(x, generator) for layer, x in zip(layers, xs, strict=True)]
    noise = [each for each in drawn if each is not None]
    experts = [layer.experts for layer in layers]
    hidden, kl, u = _kernels.mixed(
        torch.cat(tuple(xs)), index, gate, torch.cat(noise) if noise else None, first._reading, experts
    )
    means = first._means(kl, u, len(xs[0]))
    parts = zip(layers, xs, routings, hidden.chunk(len(layers)), means["kl"], means["u"], strict=True)
    return [
        layer._summed(x, routing, None, own, {"kl": kl, "u": u}) for layer, x, routing, own, kl, u in parts
    ]
