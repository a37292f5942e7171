"""EUAR with a Gaussian likelihood: the same network, whose head predicts the target's mean and variance.

    L_task = 1/2 (log v + (y - m)^2 / v)   in place of Eq. 11

Here the residual stands beside the variance v, so that v can learn how far the targets stray. Not in the
paper: it is the control for the question what sigma knows.
"""

from dataclasses import dataclass
from typing import NamedTuple

from torch import Generator, Tensor
from torch.nn.functional import gaussian_nll_loss

from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput
from euar.systems.base import Inputs, LossTerms

LOG_VAR_RANGE = (-8.0, 5.0)


@dataclass(frozen=True)
class LikelihoodConfig(EUARConfig):
    """An `EUARConfig` whose `build` returns a `LikelihoodEUAR`; its head gives mean and log-variance."""

    outputs: int = 2

    def build(self) -> "LikelihoodEUAR":
        """A freshly initialised model."""
        return LikelihoodEUAR(self)


class LikelihoodOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: (B,), the mean m.
        log_var: (B,), log v, clamped to `LOG_VAR_RANGE`.
        moe: one `MoEOutput` for each modality that was given.
    """

    prediction: Tensor
    log_var: Tensor
    moe: dict[str, MoEOutput]


class LikelihoodEUAR(EUAR):
    """An `EUAR` that predicts a normal distribution of the target."""

    def forward(  # type: ignore[override]  # its prediction has a variance
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> LikelihoodOutput:
        """Predict a batch; arguments as in `EUAR.forward`."""
        out = super().forward(inputs, available, generator)
        mean, log_var = out.prediction.unbind(dim=-1)
        return LikelihoodOutput(mean, log_var.clamp(*LOG_VAR_RANGE), out.moe)

    def loss(  # type: ignore[override]
        self, output: LikelihoodOutput, target: Tensor
    ) -> LossTerms:
        """The negative log-likelihood (nats, without its constant) and the three other terms of Eq. 12.

        Args:
            output: of `forward`.
            target: (B,) float.
        """
        task = gaussian_nll_loss(output.prediction, target, output.log_var.exp())
        return self.objective(task, output.moe)
