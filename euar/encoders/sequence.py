"""Frames to a vector, as in the paper's released code: conv1d, transformer, one position for all.

Letters: B samples, T positions, d features of a frame, D features.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn.init import xavier_uniform_, zeros_

from euar._checks import check_positive, check_share, check_word, shown
from euar.encoders.base import Encoder, EncoderConfig, check_natural, check_padded
from euar.encoders.padded import Padded, Rows

Pool = Literal["mean", "released"]


@dataclass(frozen=True)
class SequenceEncoderConfig(EncoderConfig):
    """The configuration of a `SequenceEncoder`; its defaults are the released code's, but for `pool`.

    Attributes:
        in_features: d.
        dim: D, even, a multiple of `heads`.
        kernel: width of the convolution, odd.
        layers: of the transformer; 0 leaves it out, as the released code does for text.
        heads: of its attention.
        attention_dropout: of attention weights.
        relu_dropout: within the feed-forward layers.
        residual_dropout: of what is added to the residual stream.
        input_dropout: before the first layer.
        pool: `"mean"` reads what is within the lengths: padding is not attended to, and a row is the mean
            over its positions. `"released"` does as the released code: padding is attended to, and a row is
            its last position, which is nearly always padding.
        positions: T to which `"released"` pads.
        standardize: whether frames come with mean 0 and SD 1 of each column; the released code takes them as
            they are.
        frozen: lowest blocks left as they are: the convolution, then the layers.

    Example:
        >>> SequenceEncoderConfig(74, pool="released").build().width
        72
    """

    in_features: int
    dim: int = 72
    kernel: int = 3
    layers: int = 3
    heads: int = 4
    attention_dropout: float = 0.5
    relu_dropout: float = 0.3
    residual_dropout: float = 0.3
    input_dropout: float = 0.2
    pool: Pool = "mean"
    positions: int = 50
    standardize: bool = True
    frozen: int = 0

    def __post_init__(self) -> None:
        for name in ("in_features", "dim", "kernel", "heads", "positions"):
            check_positive(name, getattr(self, name))
        for name in ("layers", "frozen"):
            check_natural(name, getattr(self, name))
        for name in ("attention_dropout", "relu_dropout", "residual_dropout", "input_dropout"):
            check_share(name, getattr(self, name))
        check_word("pool", self.pool, get_args(Pool))
        if not isinstance(self.standardize, bool):
            raise ValueError(f"standardize: expected True or False, found {shown(self.standardize)}")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel: expected an odd number, found {self.kernel}")
        if self.layers and (self.dim < 4 or self.dim % 2 or self.dim % self.heads):
            expected = f"an even number from 4, a multiple of the {self.heads} heads"
            raise ValueError(f"dim: expected {expected}, found {self.dim}")

    def build(self) -> "SequenceEncoder":
        """A freshly initialised encoder."""
        return SequenceEncoder(self)


class SequenceEncoder(Encoder):
    """`Padded` frames (B, T, d) to (B, D): a convolution over positions, then pre-norm transformer layers.

    Args:
        config: see `SequenceEncoderConfig`.

    Example:
        >>> encoder = SequenceEncoderConfig(5, dim=8, layers=1, heads=2).build().eval()
        >>> encoder(Padded(torch.zeros(2, 7, 5), torch.tensor([7, 3]))).shape
        torch.Size([2, 8])
    """

    def __init__(self, config: SequenceEncoderConfig):
        super().__init__()
        self.config, self.width = config, config.dim
        self.conv = nn.Conv1d(
            config.in_features, config.dim, config.kernel, padding=config.kernel // 2, bias=False
        )
        self.layers = nn.ModuleList([_layer(config) for _ in range(config.layers)])
        self.norm = nn.LayerNorm(config.dim) if config.layers else nn.Identity()
        self.dropout = nn.Dropout(config.input_dropout)
        self.freeze(config.frozen)

    def blocks(self) -> list[nn.Module]:
        """The convolution, then the layers."""
        return [self.conv, *self.layers]

    def check(self, name: str, rows: Rows) -> None:
        """See `Encoder.check`."""
        check_padded(name, rows, self.config.in_features)

    def forward(self, rows: Padded) -> Tensor:
        """Return (B, D); rows have at least one position, or with `pool="released"` up to `positions`."""
        if self.config.pool == "released":
            frames = self._convolved(rows.filled(positions=self.config.positions))  # (B, T, D)
            moving = frames[..., 0] != 0  # the released code takes an exact 0 in channel 0 for padding
            return self._transformed(frames, moving, None)[:, -1]
        inside = rows.inside
        frames = self._transformed(self._convolved(rows.filled()), inside, ~inside)
        total = frames.masked_fill(~inside.unsqueeze(-1), 0).sum(dim=1)
        return total / rows.lengths.unsqueeze(-1)

    def _convolved(self, frames: Tensor) -> Tensor:
        convolved: Tensor = self.conv(frames.transpose(1, 2)).transpose(1, 2)
        return convolved

    def _transformed(self, x: Tensor, numbered: Tensor, ignored: Tensor | None) -> Tensor:
        """Add numbers to the positions that have one, and send all through the layers."""
        if not self.layers:
            return x
        x = self.dropout(math.sqrt(self.width) * x + _sinusoids(numbered, self.width).to(x.dtype))
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=ignored)
        normed: Tensor = self.norm(x)
        return normed


def _layer(config: SequenceEncoderConfig) -> nn.TransformerEncoderLayer:
    """A layer with the released code's three rates of dropout and its initial weights."""
    layer = nn.TransformerEncoderLayer(
        config.dim,
        config.heads,
        dim_feedforward=4 * config.dim,
        dropout=config.residual_dropout,
        batch_first=True,
        norm_first=True,
    )
    layer.self_attn.dropout, layer.dropout.p = config.attention_dropout, config.relu_dropout
    for linear in (layer.self_attn.out_proj, layer.linear1, layer.linear2):
        xavier_uniform_(linear.weight)
        zeros_(linear.bias)
    return layer


def _sinusoids(numbered: Tensor, dim: int) -> Tensor:
    """Return sines, then cosines, of the positions from 1 on, (B, T, dim); 0 where `numbered` is False."""
    half = dim // 2
    rates = torch.exp(-math.log(10_000) / (half - 1) * torch.arange(half, device=numbered.device))
    angles = torch.arange(1, numbered.shape[1] + 1, device=numbered.device).unsqueeze(-1) * rates  # (T, half)
    return torch.cat([angles.sin(), angles.cos()], dim=-1) * numbered.unsqueeze(-1)
