"""A network without experts that announces its error: `Concat`, with a variance beside each output.

    y, s = W2 relu(W1 z + b1) + b2,   v = softplus(s)                 z: the projections side by side
    L = NLL(target; y, v)                                             see `announced`

Source: Nix and Weigend, Estimating the mean and variance of the target probability distribution, ICNN 1994;
Kendall and Gal, What uncertainties do we need in Bayesian deep learning for computer vision?, NeurIPS 2017.
Faithful: mean and variance from one network, and the likelihood as its loss. Adapted: the variance by
softplus, not exp; for classes the softmax of noisy logits by the formula of `announced`, where Kendall and
Gal draw. A system of several such answers is a child of this one. Letters: B samples, C outputs, S answers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from euar._checks import check_target, check_word
from euar._layers import fuse
from euar._precision import at_least_float32
from euar.propagation import Moments
from euar.systems.announced import likelihood, mixed, positive, said
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System


@dataclass(frozen=True)
class HeteroscedasticConfig(SystemConfig):
    """The configuration of `Heteroscedastic`; its loss is a likelihood, so `task_loss` is None."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_word("task_loss", self.task_loss, (None,))

    def build(self) -> "Heteroscedastic":
        """A freshly initialised model."""
        return Heteroscedastic(self)


class AnnouncedOutput(NamedTuple):
    """What one network says, or several together.

    Attributes:
        prediction: see `Output`; for classes the logarithm of the mean probability, noise included.
        variance: shaped alike, in the square of the target's unit; of logits for classes.
        each: what each of the S answers says, (S, B, C).
    """

    prediction: Tensor
    variance: Tensor
    each: Moments


class Heteroscedastic(MultimodalModel[AnnouncedOutput]):
    """M D projected features, a hidden layer of D with ReLU, a mean and a variance for each output.

    Args:
        config: see `HeteroscedasticConfig`.

    Example:
        >>> model = HeteroscedasticConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, bool((output.variance > 0).all())
        (torch.Size([2]), True)
    """

    stacks = True
    config: HeteroscedasticConfig

    def __init__(self, config: HeteroscedasticConfig):
        super().__init__(config)
        dim, width = config.dim, config.dim * len(config.in_features)
        self.head = nn.Sequential(nn.Linear(width, dim), nn.ReLU(), nn.Linear(dim, 2 * config.outputs))

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> AnnouncedOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        each = self.each(inputs, available or {}, generator)
        whole = mixed(each, self.config.task)
        return AnnouncedOutput(self.shaped(whole.mean), self.shaped(whole.variance), each)

    def each(
        self,
        inputs: Inputs,
        available: Inputs,
        generator: Generator | None,  # noqa: ARG002  nothing is drawn
    ) -> Moments:
        """Return what each of S answers says, (S, B, C); one here. Arguments and errors: `forward`."""
        return moments(self.head(self.joint(inputs, available)).unsqueeze(0))

    def joint(self, inputs: Inputs, available: Inputs) -> Tensor:
        """Return the projections side by side, (B, M D); arguments and errors: `forward`."""
        return fuse(self.project(inputs, available), self.config.in_features, "concat")

    def loss(self, output: AnnouncedOutput, target: Tensor) -> LossTerms:
        """The likelihood of each answer, their mean; arguments and errors: `MultimodalModel.loss`."""
        check_target(target, output.prediction, self.config.task)
        terms = [
            likelihood(self.shaped(said(one, self.config.task)), self.shaped(one.variance), target)
            for one in map(Moments, *output.each)
        ]
        task = torch.stack(terms).mean()
        return LossTerms(self.config.task_weight * task, task, {})


def moments(outputs: Tensor) -> Moments:
    """Return the means and variances that a network's outputs (..., 2 C) stand for, (..., C) each.

    Example:
        >>> moments(torch.tensor([[3.0, 100.0]]))
        Moments(mean=tensor([[3.]]), variance=tensor([[100.0001]]))
    """
    mean, raw = at_least_float32(outputs).chunk(2, dim=-1)
    return Moments(mean, positive(raw))


SYSTEM = System(
    name="heteroscedastic",
    label="heteroscedastic",
    config=HeteroscedasticConfig,
    source="Nix and Weigend, ICNN 1994; Kendall and Gal, NeurIPS 2017",
    faithful="mean and variance from one network under a likelihood; projections and widths are EUAR's",
)
