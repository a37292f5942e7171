"""The base of all systems: projections of each modality to D, masks, predictions, the task's loss (Eq. 11).

Letters: B samples, D features, C classes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, l1_loss, mse_loss

from euar._checks import check_inputs, check_target
from euar._layers import PROJECTIONS, ModalityDict
from euar._precision import at_least_float32
from euar.systems.config import FITTING, Config, TaskLoss

Inputs = Mapping[str, Tensor]


class Output(Protocol):
    """What every system's forward returns: a NamedTuple with at least its prediction."""

    @property
    def prediction(self) -> Tensor:
        """(B,), or (B, outputs) when there is more than one; logits for classification."""


_OutputT = TypeVar("_OutputT", bound=Output)


class LossTerms(NamedTuple):
    """The terms of an objective, 0-dim.

    Attributes:
        total: what training minimises.
        task: the task's loss, without its weight.
        parts: the other terms by name, without their weights; `{}` where there are none. `fit` records each
            as a column of `Run.history`.
    """

    total: Tensor
    task: Tensor
    parts: dict[str, Tensor]  # without a default: one dict would be shared by all


class MultimodalModel(nn.Module, ABC, Generic[_OutputT]):
    """A system that `fit` can train: a child gives `forward` and `loss`, and finds the rest here.

    Args:
        config: its `in_features`, `dim` and `projection` decide `projections`, one a modality.

    Attributes:
        epoch: the epoch under way, counted from 1; `fit` sets it, 0 before. A loss with a schedule reads it.
    """

    #: Whether replicas may train as one program: forward and loss then draw with the generator alone, decide
    #: nothing by the values of tensors, and keep no buffers.
    stacks: ClassVar[bool] = False
    #: Rows before and after each that the system reads, in the order of its group; see `training.windows`.
    reach: int = 0
    config: Config

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.epoch = 0
        project = PROJECTIONS[config.projection]
        self.projections = ModalityDict({m: project(d, config.dim) for m, d in config.in_features.items()})

    @abstractmethod
    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> _OutputT:
        """Predict a batch.

        Args:
            inputs: {modality: (B, d) float}. A modality that is not there is unavailable for every row.
            available: {modality: (B,) bool}; True for all by default.
            generator: source of whatever noise the system draws in training.

        Raises:
            ValueError: an unknown modality, a wrong width, unequal batches, a mask that is not bool of shape
                (B,), or a row without any modality.
        """

    @abstractmethod
    def loss(self, output: _OutputT, target: Tensor) -> LossTerms:
        """The objective and its terms.

        Args:
            output: of `forward`.
            target: float like the prediction for regression; int64 (B,) for classification.

        Raises:
            ValueError: any other shape or dtype of target.
        """

    def predict(self, inputs: Inputs, available: Inputs | None = None) -> Tensor:
        """Predict in evaluation mode, without gradients.

        Args:
            inputs: as in `forward`.
            available: as in `forward`.

        Returns:
            The `prediction` of the output of `forward`.
        """
        return predicted(self, inputs, available)

    def project(self, inputs: Inputs, available: Inputs) -> dict[str, Tensor]:
        """Check a batch and project it.

        Args:
            inputs: as in `forward`.
            available: as in `forward`.

        Returns:
            {modality: (B, D)} of the modalities given, in the order of the configuration; 0 in the rows that
            are not available, which have no effect and no gradient even if they hold NaN.

        Raises:
            ValueError: see `forward`.
        """
        check_inputs(inputs, available, self.config.in_features)
        given = (m for m in self.config.in_features if m in inputs)
        return {m: self._project(m, inputs[m], available.get(m)) for m in given}

    def shaped(self, prediction: Tensor) -> Tensor:
        """Return (B, outputs) as the target has it: (B,) for the regression of one number."""
        flat = self.config.task == "regression" and self.config.outputs == 1
        return prediction.squeeze(-1) if flat else prediction

    def task_loss(self, prediction: Tensor, target: Tensor) -> Tensor:
        """The loss that the configuration names (Eq. 11), without its weight, 0-dim, at least float32.

        Args:
            prediction: as `shaped` returns it.
            target: see `loss`.

        Raises:
            ValueError: see `loss`.
        """
        check_target(target, prediction, self.config.task)
        prediction, target = at_least_float32(prediction), at_least_float32(target)
        return TASK_LOSSES[self.config.task_loss or FITTING[self.config.task][0]](prediction, target)

    def _project(self, modality: str, x: Tensor, mask: Tensor | None) -> Tensor:
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), 0)  # 0 * NaN is NaN: cut the row before any product
        projected: Tensor = self.projections[modality](x)
        return projected if mask is None else projected.masked_fill(~mask.unsqueeze(-1), 0)


#: By name, (prediction, target) to a 0-dim loss.
TASK_LOSSES: dict[TaskLoss, Callable[[Tensor, Tensor], Tensor]] = {
    "mse": mse_loss,
    "l1": l1_loss,
    "cross-entropy": cross_entropy,
}


@torch.no_grad()
def predicted(model: nn.Module, inputs: Mapping[str, Any], available: Inputs | None = None) -> Tensor:
    """Return the prediction of a model's forward in evaluation mode; its mode comes back after it.

    Example:
        >>> from euar.systems import SYSTEMS
        >>> model = SYSTEMS["concat"].configure({"text": 8}).build()
        >>> predicted(model, {"text": torch.zeros(2, 8)}).shape, model.training
        (torch.Size([2]), True)
    """
    training = model.training
    model.eval()
    try:
        prediction: Tensor = model(inputs, available).prediction
        return prediction
    finally:
        model.train(training)
