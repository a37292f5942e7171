"""MLP experts: EUAR's gate over small networks.

    E_j(x) = W2_j relu(W1_j x + b1_j) + b2_j

Both layers are D wide, so an expert has as many parameters as a Gaussian expert with its two linear maps. The
ReLU has no counterpart there: a Gaussian expert's mean is linear. `linear_experts` compares without it.
"""

from dataclasses import dataclass

from torch import nn

from euar.systems.mixture import Linears, Mixture, MixtureConfig
from euar.systems.registry import System


@dataclass(frozen=True)
class MLPExpertsConfig(MixtureConfig):
    """The configuration of a `Mixture` of networks with one hidden layer.

    Example:
        >>> import torch
        >>> model = MLPExpertsConfig({"text": 8}, num_experts=4).build()
        >>> model({"text": torch.zeros(2, 8)}).moe["text"].routing.weights.shape
        torch.Size([2, 4])
    """

    def build(self) -> Mixture:
        """A freshly initialised model."""
        return Mixture(self, mlps)


def mlps(num_experts: int, dim: int) -> nn.Module:
    """Return N networks side by side, (N, B, D) -> (N, B, D).

    Example:
        >>> import torch
        >>> mlps(num_experts=3, dim=4)(torch.zeros(3, 5, 4)).shape
        torch.Size([3, 5, 4])
    """
    return nn.Sequential(Linears(num_experts, dim), nn.ReLU(), Linears(num_experts, dim))


SYSTEM = System(
    name="mlp-experts",
    label="MLP experts",
    config=MLPExpertsConfig,
    source="the usual mixture of experts (Shazeer et al., ICLR 2017) behind EUAR's gate",
    faithful="EUAR's gate and load balance; each expert has as many parameters as a Gaussian one",
    kind="control",
)
