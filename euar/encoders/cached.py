"""Pictures to vectors, with what the frozen blocks make of each picture computed once.

Letters: B samples, C channels, D features.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

import torch
from torch import Tensor

from euar.encoders.end_to_end import ENCODERS
from euar.encoders.picture import Augment, PictureEncoder, PictureEncoderConfig, _Lite0

_ROOM = 2**30  # bytes of kept maps; further pictures are computed each time


@dataclass(frozen=True)
class CachedPictureEncoderConfig(PictureEncoderConfig):
    """The configuration of a `CachedPictureEncoder`; every picture is seen as it is, without crops and flips.

    Example:
        >>> CachedPictureEncoderConfig(frozen=12).augment
        'none'
    """

    augment: Augment = "none"
    frozen: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.augment != "none":
            raise ValueError(
                f"augment: expected 'none', or what is kept is of no use, found {self.augment!r}"
            )
        if not self.frozen:
            raise ValueError("frozen: expected at least one block, found 0")

    def build(self) -> "CachedPictureEncoder":
        """An encoder with its pretrained weights; errors: `PictureEncoderConfig.build`."""
        return CachedPictureEncoder(self)


class CachedPictureEncoder(PictureEncoder):
    """A `PictureEncoder` that keeps the maps above the frozen blocks: {hash of the pixels: (C, H, W)}.

    Maps are computed picture by picture, so that they do not depend on which came together.
    """

    def __init__(self, config: CachedPictureEncoderConfig):
        super().__init__(config)
        self._maps: dict[bytes, Tensor] = {}
        self.register_load_state_dict_post_hook(lambda *_: self._maps.clear())  # type: ignore[no-untyped-call]

    def forward(self, rows: Tensor, view: Tensor | None = None) -> Tensor:
        """Return (B, D); see `PictureEncoder.forward`."""
        maps = torch.stack([self._map(row) for row in self._cropped(rows, view)])
        maps = maps.contiguous(memory_format=torch.channels_last)
        for step in _steps(self.network)[self.config.frozen :]:
            maps = step(maps)
        return maps.mean(dim=(2, 3))

    @torch.no_grad()
    def _map(self, pixels: Tensor) -> Tensor:
        """Of one picture (3, H, W): what the frozen blocks make of it."""
        key = blake2b(pixels.cpu().numpy().tobytes()).digest()
        if key not in self._maps:
            found = ((pixels - self.mean) / self.sd)[None].contiguous(memory_format=torch.channels_last)
            for step in _steps(self.network)[: self.config.frozen]:
                found = step(found)
            if found.nbytes * (len(self._maps) + 1) > _ROOM:
                return found[0]
            self._maps[key] = found[0]
        return self._maps[key]


def _steps(network: Any) -> list[Callable[[Tensor], Tensor]]:
    """The network as one step a block, and of EfficientNet the head."""
    if not isinstance(network, _Lite0):
        return list(network.blocks())
    model = network.model
    rate = (model._global_params.drop_connect_rate or 0) / len(model._blocks)
    return [
        lambda x: model._swish(model._bn0(model._conv_stem(x))),
        *(partial(block, drop_connect_rate=rate * place) for place, block in enumerate(model._blocks)),
        lambda x: model._swish(model._bn1(model._conv_head(x))),
    ]


ENCODERS["cached picture"] = CachedPictureEncoderConfig
