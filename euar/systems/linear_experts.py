"""Linear experts: the means of EUAR's Gaussian experts alone.

    E_j(x) = x W_j + b_j     (Eq. 2, f_1)

No noise, no variance, no KL term and no U-loss, and no ReLU in their place: what is left of EUAR without its
uncertainty.
"""

from dataclasses import dataclass

from euar.systems.mixture import Linears, Mixture, MixtureConfig
from euar.systems.registry import System


@dataclass(frozen=True)
class LinearExpertsConfig(MixtureConfig):
    """The configuration of a `Mixture` of linear layers.

    Example:
        >>> import torch
        >>> model = LinearExpertsConfig({"text": 8}, num_experts=4).build()
        >>> model({"text": torch.zeros(2, 8)}).moe["text"].routing.weights.shape
        torch.Size([2, 4])
    """

    def build(self) -> Mixture:
        """A freshly initialised model."""
        return Mixture(self, Linears)


SYSTEM = System(
    name="linear-experts",
    label="linear experts",
    config=LinearExpertsConfig,
    source="Gao et al., ACM MM 2024, Eq. 2 (f_1), 5, 6, 7-9",
    faithful="EUAR's means, gate and load balance; Eq. 3, 4 and 10 are left out",
    kind="control",
)
