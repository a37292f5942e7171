"""CubeMLP-style on pooled features: networks that mix steps, modalities and channels of a cube in turn.

    X (B, L, M, C);   for each axis in turn:   X <- W2 gelu(W1 LN(X)) + R X      along that axis alone

Source: Sun et al., "CubeMLP: an MLP-based model for multimodal sentiment analysis and depression estimation",
ACM MM 2022.

Faithful: the cube, the order of its axes, LayerNorm and network along the axis, the linear way past them, the
flattened cube before the head, dropout after each network. Adapted: a pooled vector has no time, so its D
projected features are cut into L pseudo-steps of C = D / L channels (rounded up, the last step filled with
zeros), which makes the first axis one more axis of channels; two blocks, each of which halves the L steps
(the paper goes from 100 by 50 to 10), while M and C stay; the head has no hidden layer; the task's loss is
that of all systems (the paper's absolute error is `task_loss="l1"`), and cross-entropy for classes.

Missing data: a missing modality is 0 in the cube, as the paper's padding is. Both tasks; two modalities or
more. Letters: B samples, L steps, M modalities, C channels, D features.
"""

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from torch import Generator, Tensor, nn
from torch.nn.functional import pad

from euar._checks import check_positive, check_share
from euar._layers import fuse
from euar._replicas import dropout
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System

_AXES = (1, 2, 3)  # steps, modalities, channels of a cube (B, L, M, C)


@dataclass(frozen=True)
class CubeMLPConfig(SystemConfig):
    """The configuration of a `CubeMLP`.

    Attributes:
        steps: L, pseudo-steps that the D features are cut into.
        blocks: how often all axes are mixed; each halves the steps, to one at least.
        dropout: probability of dropping a number after each network.
    """

    steps: int = 8
    blocks: int = 2
    dropout: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("steps", "blocks"):
            check_positive(name, getattr(self, name))
        check_share("dropout", self.dropout)

    def build(self) -> "CubeMLP":
        """A freshly initialised model."""
        return CubeMLP(self)


class CubeMLPOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        cube: (B, L', M, C) after all blocks.
    """

    prediction: Tensor
    cube: Tensor


class AxisMixing(nn.Module):
    """W2 gelu(W1 LN(x)) + R x along one axis of a cube, (B, L, M, C) -> the same with another length there.

    Args:
        axis: 1, 2 or 3.
        before: length of the axis.
        after: its length in the answer.
        p: of the dropout.

    Example:
        >>> import torch
        >>> mixing = AxisMixing(axis=1, before=8, after=4, p=0.3)
        >>> mixing(torch.zeros(2, 8, 3, 5)).shape
        torch.Size([2, 4, 3, 5])
    """

    def __init__(self, axis: int, before: int, after: int, p: float):
        super().__init__()
        self.axis, self.p = axis, p
        self.norm = nn.LayerNorm(before)
        self.network = nn.Sequential(nn.Linear(before, before), nn.GELU(), nn.Linear(before, after))
        self.past = nn.Linear(before, after, bias=False)

    def forward(self, cube: Tensor, generator: Generator | None = None) -> Tensor:
        """Mix a cube; the generator decides what training drops."""
        x = cube.transpose(self.axis, -1)
        mixed = self.network(self.norm(x))
        if self.training:
            mixed = dropout(mixed, self.p, generator)
        answer: Tensor = (mixed + self.past(x)).transpose(self.axis, -1)
        return answer


class CubeMLP(MultimodalModel[CubeMLPOutput]):
    """Blocks of three `AxisMixing` over the modalities' cube, and a linear layer over what is left of it.

    Args:
        config: see `CubeMLPConfig`.

    Example:
        >>> import torch
        >>> model = CubeMLPConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, output.cube.shape
        (torch.Size([2]), torch.Size([2, 2, 2, 8]))
    """

    stacks = True
    config: CubeMLPConfig

    def __init__(self, config: CubeMLPConfig):
        super().__init__(config)
        shape = [config.steps, len(config.in_features), ceil(config.dim / config.steps)]
        layers = []
        for _ in range(config.blocks):
            shorter = [max(shape[0] // 2, 1), *shape[1:]]
            layers += [
                AxisMixing(*sizes, config.dropout) for sizes in zip(_AXES, shape, shorter, strict=True)
            ]
            shape = shorter
        self.mixing = nn.ModuleList(layers)
        self.head = nn.Linear(shape[0] * shape[1] * shape[2], config.outputs)

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> CubeMLPOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        cube = self._cube(self.project(inputs, available or {}))
        for layer in self.mixing:
            cube = layer(cube, generator)
        return CubeMLPOutput(self.shaped(self.head(cube.flatten(1))), cube)

    def loss(self, output: CubeMLPOutput, target: Tensor) -> LossTerms:
        """The task's loss alone; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        return LossTerms(self.config.task_weight * task, task, {})

    def _cube(self, projected: dict[str, Tensor]) -> Tensor:
        """The modalities' features (B, D) as a cube (B, L, M, C); 0 where one is missing."""
        names, dim, steps = self.config.in_features, self.config.dim, self.config.steps
        features = fuse(projected, names, "concat").view(-1, len(names), dim)
        return pad(features, (0, -dim % steps)).view(len(features), len(names), steps, -1).transpose(1, 2)


SYSTEM = System(
    name="cubemlp",
    label="CubeMLP",
    config=CubeMLPConfig,
    min_modalities=2,
    source="CubeMLP, Sun et al., ACM MM 2022",
    faithful="a network along each axis of the cube in turn; adapted: on pooled features, whose columns are "
    "cut into pseudo-steps in place of time",
)
