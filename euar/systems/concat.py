"""Early fusion without experts: project each modality, lay the projections side by side, one hidden layer.

Letters: B samples, D features, M modalities.
"""

from dataclasses import dataclass
from typing import NamedTuple, get_args

from torch import Generator, Tensor, nn

from euar._checks import check_word
from euar._layers import Fusion, fuse, fused_width
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System


@dataclass(frozen=True)
class ConcatConfig(SystemConfig):
    """The configuration of `Concat`.

    Attributes:
        fusion: `"concat"` or `"add"`.
    """

    fusion: Fusion = "concat"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_word("fusion", self.fusion, get_args(Fusion))

    def build(self) -> "Concat":
        """A freshly initialised model."""
        return Concat(self)


class ConcatOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        joint: (B, M D) concatenated or (B, D) added: the head's input.
    """

    prediction: Tensor
    joint: Tensor


class Concat(MultimodalModel[ConcatOutput]):
    """M D projected features, a hidden layer of D with ReLU, the outputs.

    Args:
        config: see `ConcatConfig`.

    Example:
        >>> import torch
        >>> model = ConcatConfig({"text": 8, "audio": 4}, dim=5).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, output.joint.shape
        (torch.Size([2]), torch.Size([2, 10]))
    """

    stacks = True
    config: ConcatConfig

    def __init__(self, config: ConcatConfig):
        super().__init__(config)
        width = fused_width(config.dim, len(config.in_features), config.fusion)
        self.head = nn.Sequential(
            nn.Linear(width, config.dim), nn.ReLU(), nn.Linear(config.dim, config.outputs)
        )

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> ConcatOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        projected = self.project(inputs, available or {})
        joint = fuse(projected, self.config.in_features, self.config.fusion)
        return ConcatOutput(self.shaped(self.head(joint)), joint)

    def loss(self, output: ConcatOutput, target: Tensor) -> LossTerms:
        """The task's loss alone; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        return LossTerms(self.config.task_weight * task, task, {})


SYSTEM = System(
    name="concat",
    label="concat",
    config=ConcatConfig,
    source="early fusion, as in Baltrušaitis et al., TPAMI 2019",
    faithful="the idea; projections and widths are those of EUAR",
    kind="fusion",
)
