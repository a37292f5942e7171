"""A deep ensemble: several networks that begin from different weights, and say how far they are apart.

    y_s, v_s = network_s(x),   s = 1 ... S
    y* = mean_s y_s,   v* = mean_s v_s + mean_s (y_s - y*)^2          see `announced`
    L = mean_s NLL(target; y_s, v_s)                                  no network learns from another

Source: Lakshminarayanan et al., Simple and scalable predictive uncertainty estimation using deep ensembles,
NeurIPS 2017. Faithful: five networks with a mean and a variance, each with the likelihood as its loss; the
mixture; for classes the mean probability. Adapted: the networks are `Heteroscedastic`; they train side by
side, so they share the order of rows, the clipping of the gradient and the epoch that validation chooses, and
differ in their first weights alone; the adversarial examples, an option of the paper's, are left out.
Letters: B samples, S networks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, nn

from euar._checks import check_positive
from euar.propagation import Moments
from euar.systems.base import Inputs
from euar.systems.heteroscedastic import Heteroscedastic, HeteroscedasticConfig
from euar.systems.registry import System


@dataclass(frozen=True)
class DeepEnsembleConfig(HeteroscedasticConfig):
    """The configuration of `DeepEnsemble`; its other fields are those of each network.

    Attributes:
        networks: S.
    """

    networks: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("networks", self.networks)

    def build(self) -> "DeepEnsemble":
        """A freshly initialised model."""
        return DeepEnsemble(self)


class DeepEnsemble(Heteroscedastic):
    """S `Heteroscedastic` networks.

    Args:
        config: see `DeepEnsembleConfig`.

    Example:
        >>> model = DeepEnsembleConfig({"text": 8, "audio": 4}).build()
        >>> model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)}).each.mean.shape
        torch.Size([5, 2, 1])
    """

    config: DeepEnsembleConfig

    def __init__(self, config: DeepEnsembleConfig):
        super().__init__(config)
        del self.projections, self.head  # each network has its own
        self.networks = nn.ModuleList(Heteroscedastic(config) for _ in range(config.networks))

    def each(self, inputs: Inputs, available: Inputs, generator: Generator | None) -> Moments:
        """Return what each network says, (S, B, C). Arguments and errors: `forward`."""
        networks = cast(Iterable[Heteroscedastic], self.networks)
        answers = [network.each(inputs, available, generator) for network in networks]
        return Moments(*map(torch.cat, zip(*answers, strict=True)))


SYSTEM = System(
    name="deep-ensemble",
    label="deep ensemble",
    config=DeepEnsembleConfig,
    source="Lakshminarayanan et al., NeurIPS 2017",
    faithful="five networks and their mixture; they share the order of rows and the chosen epoch",
)
