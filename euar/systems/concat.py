"""Early fusion without experts: project each modality, lay the projections side by side, one hidden layer.

Letters: B samples, D features, M modalities.
"""

from torch import Generator, Tensor, nn

from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput


class ConcatConfig(EUARConfig):
    """The configuration of `Concat`; `EUARConfig`'s fields on gate, experts and head do nothing."""

    def build(self) -> "Concat":
        """A freshly initialised model."""
        return Concat(self)


class Concat(EUAR):
    """`EUAR` without its experts: M D projected features, a hidden layer of D with ReLU, the outputs.

    Args:
        config: see `ConcatConfig`.
    """

    def __init__(self, config: EUARConfig):
        super().__init__(config)
        self.moes = nn.ModuleDict({m: NoExperts() for m in config.in_features})
        self.head = nn.Sequential(
            nn.Linear(self._joint_width(), config.dim), nn.ReLU(), nn.Linear(config.dim, config.outputs)
        )

    def _joint_width(self) -> int:
        return self.config.dim * (len(self.config.in_features) if self.config.fusion == "concat" else 1)


class NoExperts(nn.Module):
    """What stands in the place of a mixture of experts: its input, with nothing to regularise."""

    def forward(
        self,
        x: Tensor,
        available: Tensor | None = None,
        generator: Generator | None = None,  # noqa: ARG002  EUAR hands it to every mixture
    ) -> MoEOutput:
        """Return x, (B, D), zero in rows that are not available; no routing, no Gaussians, losses 0."""
        hidden = x if available is None else x.masked_fill(~available.unsqueeze(-1), 0)
        return MoEOutput(hidden, None, None, dict.fromkeys(("kl", "aux", "u"), hidden.new_zeros(())))
