"""One linear layer on all modalities side by side: what any fusion must beat once encoders train along.

    y = sum_m (x^m W^m + b^m)

Unlike the models of `linear`, which have closed solutions, it is trained by gradients. Letter: M modalities.
"""

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, NamedTuple

import torch
from torch import Generator, Tensor

from euar._layers import Projection
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import Config, Task, TaskLoss
from euar.systems.registry import System


@dataclass(frozen=True)
class LinearHeadConfig(Config):
    """The configuration of a `LinearHead`; fields: `SystemConfig`."""

    projection: ClassVar[Projection] = "linear"  # type: ignore[misc]  # there is no other

    in_features: dict[str, int]
    task: Task = "regression"
    outputs: int = 1
    task_loss: TaskLoss = None
    task_weight: float = 1.0

    @property
    def dim(self) -> int:  # type: ignore[override]
        """Each modality is projected to the outputs."""
        return self.outputs

    def build(self) -> "LinearHead":
        """A freshly initialised model."""
        return LinearHead(self)


class LinearHeadOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
    """

    prediction: Tensor


class LinearHead(MultimodalModel[LinearHeadOutput]):
    """The sum of a linear layer for each modality; one that a row lacks adds nothing.

    Args:
        config: see `LinearHeadConfig`.

    Example:
        >>> model = LinearHeadConfig({"text": 8, "audio": 4}, task="classification", outputs=3).build()
        >>> model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)}).prediction.shape
        torch.Size([2, 3])
    """

    stacks = True

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> LinearHeadOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        parts = self.project(inputs, available or {})
        return LinearHeadOutput(self.shaped(reduce(torch.add, parts.values())))

    def loss(self, output: LinearHeadOutput, target: Tensor) -> LossTerms:
        """The task's loss alone; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        return LossTerms(self.config.task_weight * task, task, {})


SYSTEM = System(
    name="linear-head",
    label="linear head",
    config=LinearHeadConfig,
    source="the concatenation of QMF's compared systems: features side by side, one linear layer",
    faithful="all of it",
    kind="fusion",
)
