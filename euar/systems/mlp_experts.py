"""EUAR with plain experts: the same projections, gate and head, but an expert answers with a vector.

    h = sum_j G_j(x) MLP_j(x),   MLP(x) = W2 relu(W1 x + b1) + b2

Both layers are D wide, so an expert has as many parameters as a Gaussian expert with its two linear maps. The
ReLU has no counterpart there: a Gaussian expert's mean is linear, so a comparison changes two things.
There is nothing to draw, no KL term and no U-loss. Letters: B samples, N experts, D features.
"""

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import relu

from euar._checks import check_rows, check_width
from euar.gating import TopKGate
from euar.losses import load_balance_loss
from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput


class MLPExpertsConfig(EUARConfig):
    """The configuration of `MLPExperts`; `EUARConfig`'s fields on variance and draws do nothing."""

    def build(self) -> "MLPExperts":
        """A freshly initialised model."""
        return MLPExperts(self)


class MLPExperts(EUAR):
    """`EUAR` with a `PlainMoE` for each modality.

    Args:
        config: see `MLPExpertsConfig`.
    """

    def __init__(self, config: EUARConfig):
        super().__init__(config)
        self.moes = nn.ModuleDict({m: PlainMoE(config) for m in config.in_features})


class PlainMoE(nn.Module):
    """A top-k gate over N small networks.

    Args:
        config: its `dim`, `num_experts`, `k`, `renormalize` and `aux_form` count here.
    """

    def __init__(self, config: EUARConfig):
        super().__init__()
        self.dim, self.aux_form = config.dim, config.aux_form
        self.gate = TopKGate(config.dim, config.num_experts, config.k, config.renormalize)
        self.first = _Linears(config.num_experts, config.dim)
        self.second = _Linears(config.num_experts, config.dim)

    def forward(
        self,
        x: Tensor,
        available: Tensor | None = None,
        generator: Generator | None = None,  # noqa: ARG002  EUAR hands it to every mixture
    ) -> MoEOutput:
        """Route a batch through its experts.

        Args:
            x: (B, D).
            available: (B,) bool; see `UncertaintyAwareMoE`.
            generator: not used.

        Returns:
            A `MoEOutput` whose `gaussian` is None and whose losses `"kl"` and `"u"` are 0.

        Raises:
            ValueError: x is not (B, D), or available not bool of shape (B,).
        """
        check_width("x", x, self.dim)
        if available is not None:
            check_rows("available", available, len(x))
            x = x.masked_fill(~available.unsqueeze(-1), 0)
        routing = self.gate(x, available)
        answers = self.second(relu(self.first(x.expand(len(self.first.bias), -1, -1))))  # (N, B, D)
        hidden = torch.einsum("bj,jbd->bd", routing.weights, answers)  # Eq. 6
        zero = hidden.new_zeros(())
        losses = {"kl": zero, "aux": load_balance_loss(routing, self.aux_form, available), "u": zero}
        return MoEOutput(hidden, routing, None, losses)


class _Linears(nn.Module):
    """N linear layers side by side, (N, B, D) -> (N, B, D), each initialised like `nn.Linear`."""

    def __init__(self, count: int, dim: int):
        super().__init__()
        layers = [nn.Linear(dim, dim) for _ in range(count)]
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in layers]))
        self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers]).unsqueeze(1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)
