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

_ROOM = 2**31  # bytes of kept maps; further pictures are computed each time
_kept: dict[bytes, Tensor] = {}  # {hash of the pixels and of the frozen weights: (C, H, W)}


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
    """A `PictureEncoder` that keeps the maps above the frozen blocks, for all encoders of the process alike.

    Maps are computed picture by picture, so that they do not depend on which came together, and in float32.
    """

    def __init__(self, config: CachedPictureEncoderConfig):
        super().__init__(config)
        self._digest: tuple[list[tuple[int, int]], bytes] = [], b""

    def forward(self, rows: Tensor, view: Tensor | None = None) -> Tensor:
        """Return (B, D); see `PictureEncoder.forward`."""
        weights = self._weights()
        maps = torch.stack([self._map(row, weights) for row in self._cropped(rows, view)])
        maps = maps.contiguous(memory_format=torch.channels_last)
        for step in _steps(self.network)[self.config.frozen :]:
            maps = step(maps)
        return maps.mean(dim=(2, 3))

    def _weights(self) -> bytes:
        """Stand for the network and what its frozen blocks weigh."""
        values = [x for block in self.blocks()[: self.config.frozen] for x in block.state_dict().values()]
        state = [(x.data_ptr(), x._version) for x in values]
        if state != self._digest[0]:
            whole = blake2b(repr((self.config, values[0].device)).encode())
            for x in values:
                whole.update(x.cpu().numpy().tobytes())
            self._digest = state, whole.digest()
        return self._digest[1]

    @torch.no_grad()
    def _map(self, pixels: Tensor, weights: bytes) -> Tensor:
        """Of one picture (3, H, W): what the frozen blocks make of it."""
        key = blake2b(pixels.cpu().numpy().tobytes(), key=weights).digest()
        if key not in _kept:
            found = self._computed(pixels)
            if found.nbytes * (len(_kept) + 1) > _ROOM:
                return found
            _kept[key] = found
        return _kept[key]

    def _computed(self, pixels: Tensor) -> Tensor:
        found = ((pixels - self.mean) / self.sd)[None].contiguous(memory_format=torch.channels_last)
        with torch.autocast(found.device.type, enabled=False):
            for step in _steps(self.network)[: self.config.frozen]:
                found = step(found)
        return found[0]


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
