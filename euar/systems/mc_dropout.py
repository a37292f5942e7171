"""MC dropout: a network that drops features in prediction, too, and says how far its passes are apart.

    y_s, v_s = network(x; mask_s),   s = 1 ... S                      a mask is a draw of the weights
    y* = mean_s y_s,   v* = mean_s v_s + mean_s (y_s - y*)^2          see `announced`

Source: Gal and Ghahramani, Dropout as a Bayesian approximation, ICML 2016; the v_s, the noise that no weights
explain, are learned as in Kendall and Gal, NeurIPS 2017. Faithful: dropout before each layer of the network,
S passes, the two parts of the variance. Adapted: the network is `Heteroscedastic`; the projections drop
nothing; in prediction all rows see the same S masks, since a draw of the weights is one for all, and each
time the same, so that a prediction can be repeated; for classes, see `announced`. Letters: B samples, S
passes.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from euar._checks import check_positive, check_share
from euar._replicas import dropout
from euar.propagation import Moments
from euar.systems.base import Inputs
from euar.systems.heteroscedastic import Heteroscedastic, HeteroscedasticConfig, moments
from euar.systems.registry import System


@dataclass(frozen=True)
class MCDropoutConfig(HeteroscedasticConfig):
    """The configuration of `MCDropout`.

    Attributes:
        dropout: probability of dropping a feature; with 0, all passes agree.
        passes: S, in prediction.
    """

    dropout: float = 0.1
    passes: int = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("dropout", self.dropout)
        check_positive("passes", self.passes)

    def build(self) -> "MCDropout":
        """A freshly initialised model."""
        return MCDropout(self)


class MCDropout(Heteroscedastic):
    """A `Heteroscedastic` with dropout: one pass in training, S in evaluation.

    Args:
        config: see `MCDropoutConfig`.

    Example:
        >>> model = MCDropoutConfig({"text": 8, "audio": 4}).build().eval()
        >>> model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)}).each.mean.shape
        torch.Size([30, 2, 1])
    """

    config: MCDropoutConfig

    def each(self, inputs: Inputs, available: Inputs, generator: Generator | None) -> Moments:
        """Return what each pass says, (S, B, C); one in training. Arguments and errors: `forward`."""
        joint = self.joint(inputs, available).unsqueeze(0)
        shape = (1, joint.shape[1]) if self.training else (self.config.passes, 1)  # a mask a row, or a pass
        if not self.training:
            generator = torch.Generator(joint.device).manual_seed(0)
        first, relu, last = self.head

        def thinned(x: Tensor) -> Tensor:
            return x * dropout(x.new_ones(*shape, x.shape[-1]), self.config.dropout, generator)

        return moments(last(thinned(relu(first(thinned(joint))))))


SYSTEM = System(
    name="mc-dropout",
    label="MC dropout",
    config=MCDropoutConfig,
    source="Gal and Ghahramani, ICML 2016; Kendall and Gal, NeurIPS 2017",
    faithful="passes with dropout and learned noise; the same masks for all rows, fixed in prediction",
)
