"""Late fusion: a network for each modality, trained on its own; their predictions are averaged.

Letters: B samples, C classes, D features.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from euar._checks import check_target
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System
from euar.systems.views import ViewsOutput, average, heads, loss_of_views, rows_of


@dataclass(frozen=True)
class LateFusionConfig(SystemConfig):
    """The configuration of `LateFusion`."""

    def build(self) -> "LateFusion":
        """A freshly initialised model."""
        return LateFusion(self)


class LateFusion(MultimodalModel[ViewsOutput]):
    """A network for each modality: its projection, a hidden layer of D with ReLU, the outputs.

    Args:
        config: see `LateFusionConfig`.

    Example:
        >>> model = LateFusionConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> mean = (output.each["text"] + output.each["audio"]) / 2
        >>> torch.allclose(output.prediction, mean)
        True
    """

    stacks = True

    def __init__(self, config: LateFusionConfig):
        super().__init__(config)
        self.heads = heads(config)

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> ViewsOutput:
        """Predict a batch: the mean over the modalities a row has, for classes of their probabilities.

        The logarithm of that mean is given. Arguments and errors: `MultimodalModel.forward`.
        """
        available = available or {}
        each = {m: self.shaped(self.heads[m](x)) for m, x in self.project(inputs, available).items()}
        rows = rows_of(each, available)
        return ViewsOutput(self._mean(each, rows), each, rows)

    def loss(self, output: ViewsOutput, target: Tensor) -> LossTerms:
        """The sum of the networks' losses, each on the rows it saw; arguments: `MultimodalModel.loss`."""
        check_target(target, output.prediction, self.config.task)
        task = loss_of_views(self.config, output.each, output.rows, target)
        return LossTerms(self.config.task_weight * task, task, {})

    def _mean(self, each: dict[str, Tensor], rows: dict[str, Tensor]) -> Tensor:
        if self.config.task == "regression":
            return average(each, rows)
        said, has = torch.stack(list(each.values())), torch.stack(list(rows.values())).unsqueeze(-1)
        shares = said.log_softmax(dim=-1).masked_fill(~has, -torch.inf)  # a probability may round to 0
        return shares.logsumexp(dim=0) - has.sum(dim=0).log()


SYSTEM = System(
    name="late-fusion",
    label="late fusion",
    config=LateFusionConfig,
    min_modalities=2,
    source="late fusion by averaging, as in Baltrušaitis et al., TPAMI 2019",
    faithful="the idea; projections and widths are those of EUAR",
    kind="fusion",
)
