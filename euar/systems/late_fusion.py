"""Late fusion: a network for each modality, trained on its own; their predictions are averaged.

Letters: B samples, C classes, D features.
"""

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from euar._checks import check_target
from euar._layers import ModalityDict
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System


@dataclass(frozen=True)
class LateFusionConfig(SystemConfig):
    """The configuration of `LateFusion`."""

    def build(self) -> "LateFusion":
        """A freshly initialised model."""
        return LateFusion(self)


class LateFusionOutput(NamedTuple):
    """What the networks say.

    Attributes:
        prediction: the mean over the modalities a row has: of predictions, or of class probabilities, whose
            logarithm is given.
        each: {modality given: its network's prediction}, shaped alike; without meaning where it is missing.
        rows: {modality given: (B,) bool}, the rows that have it.
    """

    prediction: Tensor
    each: dict[str, Tensor]
    rows: dict[str, Tensor]


class LateFusion(MultimodalModel[LateFusionOutput]):
    """A network for each modality: its projection, a hidden layer of D with ReLU, the outputs.

    Args:
        config: see `LateFusionConfig`.
    """

    stacks = True

    def __init__(self, config: LateFusionConfig):
        super().__init__(config)
        dim, outputs = config.dim, config.outputs
        self.heads = ModalityDict(
            {
                m: nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, outputs))
                for m in config.in_features
            }
        )

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> LateFusionOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available = available or {}
        each = {m: self.shaped(self.heads[m](x)) for m, x in self.project(inputs, available).items()}
        every = {
            m: torch.ones(said.shape[0], dtype=torch.bool, device=said.device) for m, said in each.items()
        }
        rows = {m: available.get(m, mask) for m, mask in every.items()}
        return LateFusionOutput(self._mean(each, rows), each, rows)

    def loss(self, output: LateFusionOutput, target: Tensor) -> LossTerms:
        """The sum of the networks' losses, each on the rows it saw; arguments: `MultimodalModel.loss`."""
        check_target(target, output.prediction, self.config.task)
        seen = {m: rows for m, rows in output.rows.items() if rows.any()}
        losses = (self.task_loss(output.each[m][rows], target[rows]) for m, rows in seen.items())
        task = reduce(torch.add, losses)
        return LossTerms(self.config.task_weight * task, task, {})

    def _mean(self, each: dict[str, Tensor], rows: dict[str, Tensor]) -> Tensor:
        said = torch.stack(list(each.values()))  # (M, B, ...)
        has = torch.stack(list(rows.values())).view(*said.shape[:2], *[1] * (said.ndim - 2))
        if self.config.task == "classification":  # in logarithms: a probability may round to 0
            return (
                said.log_softmax(dim=-1).masked_fill(~has, -torch.inf).logsumexp(dim=0) - has.sum(dim=0).log()
            )
        return said.masked_fill(~has, 0).sum(dim=0) / has.sum(dim=0)


SYSTEM = System(
    name="late-fusion",
    label="late fusion",
    config=LateFusionConfig,
    min_modalities=2,
    source="late fusion by averaging, as in Baltrušaitis et al., TPAMI 2019",
    faithful="the idea; projections and widths are those of EUAR",
    kind="fusion",
)
