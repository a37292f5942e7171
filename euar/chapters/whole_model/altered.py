"""EUAR with one part left untrained, or with one head for each modality: to see what a part is worth."""

from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from euar._layers import HEADS
from euar.model import EUAR, EUARConfig

#: The parts of the model, and what the names of their parameters contain.
PARTS = {"projections": "projections.", "gates": ".gate.", "experts": ".experts.", "head": "head."}


@dataclass(frozen=True)
class Untrained:
    """A model one part of which keeps its first weights.

    Attributes:
        config: the model.
        part: a name of `PARTS`.
    """

    config: EUARConfig
    part: str

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values."""
        return {**self.config.to_dict(), "untrained": self.part}

    def build(self) -> EUAR:
        """A freshly initialised model."""
        model = self.config.build()
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(PARTS[self.part] not in name)
        return model


@dataclass(frozen=True)
class HeadPerModality:
    """A model that adds up the answers of one head for each modality: no head sees two modalities.

    Attributes:
        config: the model; its `head` says what each head is, its `fusion` must be `"concat"`.
    """

    config: EUARConfig

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values."""
        return {**self.config.to_dict(), "head": f"{self.config.head}, one for each modality"}

    def build(self) -> EUAR:
        """A freshly initialised model."""
        model = replace(self.config, head="linear").build()
        model.head = _SumOfHeads(self.config)
        return model


class _SumOfHeads(nn.Module):
    def __init__(self, config: EUARConfig):
        super().__init__()
        self.heads = nn.ModuleList(HEADS[config.head](config.dim, config.outputs) for _ in config.in_features)

    def forward(self, joint: Tensor) -> Tensor:
        """Cut the joint feature, (B, M D), into its modalities and add the heads' answers, (B, outputs)."""
        parts = joint.chunk(len(self.heads), dim=-1)
        return sum(head(part) for head, part in zip(self.heads, parts, strict=True))
