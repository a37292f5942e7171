"""Features as they are, for a modality that has no raw form beside others that have one."""

from dataclasses import dataclass

from torch import Tensor

from euar._checks import check_positive
from euar.encoders.base import Encoder, EncoderConfig
from euar.encoders.padded import Padded, Rows


@dataclass(frozen=True)
class FeaturesConfig(EncoderConfig):
    """The configuration of `Features`.

    Attributes:
        in_features: d.

    Example:
        >>> FeaturesConfig(3).to_dict()
        {'in_features': 3}
    """

    in_features: int

    def __post_init__(self) -> None:
        check_positive("in_features", self.in_features)

    def build(self) -> "Features":
        """An encoder without parameters."""
        return Features(self)


class Features(Encoder):
    """Features (B, d) to themselves.

    Args:
        config: see `FeaturesConfig`.

    Example:
        >>> import torch
        >>> FeaturesConfig(3).build()(torch.ones(2, 3)).shape
        torch.Size([2, 3])
    """

    def __init__(self, config: FeaturesConfig):
        super().__init__()
        self.config, self.width = config, config.in_features

    def check(self, name: str, rows: Rows) -> None:
        """See `Encoder.check`."""
        if isinstance(rows, Padded):
            raise ValueError(f"{name}: expected float (B, {self.width}), found Padded")
        if rows.shape[1:] != (self.width,) or not rows.is_floating_point():
            found = f"{rows.dtype} {tuple(rows.shape)}"
            raise ValueError(f"{name}: expected float (B, {self.width}), found {found}")

    def forward(self, rows: Tensor) -> Tensor:
        """Return the features."""
        return rows
