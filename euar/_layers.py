"""The small parts before and after the experts: projections to D, fusion, and heads; a part a modality."""

from collections.abc import Callable, Collection, ItemsView, Iterator, KeysView, Mapping
from typing import Literal

import torch
from torch import Tensor, nn

Projection = Literal["linear-norm", "linear", "linear-nobias", "none"]
Fusion = Literal["concat", "add"]
Head = Literal["linear", "mlp"]


class ModalityDict(nn.ModuleDict):
    """A module for each modality, whatever the modality is called; else a `ModuleDict`.

    torch refuses names with a dot and those of its own attributes, such as `"type"` or `"values"`. They are
    written otherwise in the names of the parameters, `type%` and `a%2Eb`, and in these alone.

    Args:
        modules: {modality: module}.
    """

    def __getitem__(self, key: str) -> nn.Module:
        return super().__getitem__(_written(key))

    def __setitem__(self, key: str, module: nn.Module) -> None:
        super().__setitem__(_written(key), module)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(_written(key))

    def __contains__(self, key: str) -> bool:
        return super().__contains__(_written(key))

    def __iter__(self) -> Iterator[str]:
        return map(_read, super().__iter__())

    def keys(self) -> KeysView[str]:
        """The modalities, in their order."""
        return dict(self.items()).keys()

    def items(self) -> ItemsView[str, nn.Module]:
        """The modalities with their modules."""
        return dict(zip(self, self.values(), strict=True)).items()


_TAKEN = frozenset((*dir(nn.ModuleDict()), "smart_apply"))  # transformers gives that one to every module


def _written(name: str) -> str:
    """A modality's name as torch takes it; different for different names."""
    safe = name.replace("%", "%25").replace(".", "%2E")
    return f"{safe}%" if safe in _TAKEN else safe


def _read(written: str) -> str:
    return written.removesuffix("%").replace("%2E", ".").replace("%25", "%")


def fused_width(dim: int, modalities: int, fusion: Fusion) -> int:
    """Return the width of what `fuse` returns."""
    return dim * modalities if fusion == "concat" else dim


def fuse(hidden: Mapping[str, Tensor], modalities: Collection[str], fusion: Fusion) -> Tensor:
    """Lay the modalities' features side by side, or add them; those not given are 0.

    Args:
        hidden: {modality: (B, D)}, at least one.
        modalities: the names of all, M, in their order.
        fusion: `"concat"` or `"add"`.

    Returns:
        (B, M D) or (B, D).
    """
    missing = torch.zeros_like(next(iter(hidden.values())))
    features = [hidden.get(m, missing) for m in modalities]
    return torch.cat(features, dim=-1) if fusion == "concat" else torch.stack(features).sum(dim=0)


def _linear_norm(width: int, dim: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, dim), nn.LayerNorm(dim))  # the LayerNorm is not in the paper


def _linear_nobias(width: int, dim: int) -> nn.Module:
    return nn.Linear(width, dim, bias=False)


def _none(width: int, dim: int) -> nn.Module:  # noqa: ARG001  they are equal, as `Config` checks
    return nn.Identity()


def _mlp(width: int, outputs: int) -> nn.Module:
    """The released code's head; the paper has one linear layer."""
    layers: list[nn.Module] = []
    for hidden, eps in ((72, 2e-5), (128, 2e-5), (256, 1e-5), (128, 2e-5)):
        layers += [nn.Linear(width, hidden), nn.LayerNorm(hidden, eps=eps), nn.ReLU()]
        width = hidden
    layers.append(nn.Linear(width, outputs))
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
    return nn.Sequential(*layers)


Layer = Callable[[int, int], nn.Module]

PROJECTIONS: dict[Projection, Layer] = {
    "linear-norm": _linear_norm,
    "linear": nn.Linear,
    "linear-nobias": _linear_nobias,
    "none": _none,
}
HEADS: dict[Head, Layer] = {"linear": nn.Linear, "mlp": _mlp}
