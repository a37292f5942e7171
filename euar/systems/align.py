"""Align: the modalities of a row are drawn to one point of a common space, and answer from there.

    L_align = 1 - cos(z_a, z_b)     of each pair of modalities that a row has
    L = L_task + w L_align

The paper's Table 3 has a row "Align" without source or definition, and none was found. This is the plainest
reading, Align-style on pooled features. Faithful: the name. Ours: the projections are the embeddings z; their
mean over the modalities that a row has goes through a hidden layer; w; and only the task keeps rows apart.
Ratings and classes alike. Letters: B samples, D features.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from torch import Generator, Tensor, nn
from torch.nn.functional import cosine_similarity

from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System
from euar.systems.views import average, mean_over, rows_of


@dataclass(frozen=True)
class AlignConfig(SystemConfig):
    """The configuration of `Align`.

    Attributes:
        align_weight: w, weight of the alignment.
    """

    align_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_weights("align_weight")

    def build(self) -> "Align":
        """A freshly initialised model."""
        return Align(self)


def alignment(a: Tensor, b: Tensor, rows: Tensor) -> Tensor:
    """Mean distance of two embeddings of a row, 1 - cos, from 0 (aligned) to 2 (opposite).

    Args:
        a: (B, D).
        b: (B, D).
        rows: (B,) bool, those that count.

    Returns:
        0-dim; 0 where no row counts.

    Example:
        >>> import torch
        >>> a, b = torch.eye(2), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
        >>> alignment(a, b, torch.tensor([True, True])).item()  # one pair aligned, one at right angles
        0.5
    """
    return mean_over(1 - cosine_similarity(a, b, dim=-1), rows)


class AlignOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        embeddings: {modality given: (B, D)}; 0 in the rows that lack it.
        rows: {modality given: (B,) bool}, the rows that have it.
    """

    prediction: Tensor
    embeddings: dict[str, Tensor]
    rows: dict[str, Tensor]


class Align(MultimodalModel[AlignOutput]):
    """The mean of aligned embeddings, a hidden layer of D with ReLU, the outputs.

    Args:
        config: see `AlignConfig`.

    Example:
        >>> import torch
        >>> model = AlignConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, output.embeddings["text"].shape
        (torch.Size([2]), torch.Size([2, 64]))
    """

    stacks = True
    config: AlignConfig

    def __init__(self, config: AlignConfig):
        super().__init__(config)
        dim = config.dim
        self.head = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, config.outputs))

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> AlignOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available = available or {}
        embeddings = self.project(inputs, available)
        rows = rows_of(embeddings, available)
        prediction = self.shaped(self.head(average(embeddings, rows)))
        return AlignOutput(prediction, embeddings, rows)

    def loss(self, output: AlignOutput, target: Tensor) -> LossTerms:
        """The task's loss and the mean over pairs, `"align"`; arguments, errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        z, rows, pairs = output.embeddings, output.rows, list(combinations(output.embeddings, 2))
        distances = (alignment(z[a], z[b], rows[a] & rows[b]) for a, b in pairs)
        align = sum(distances, start=task.new_zeros(())) / max(len(pairs), 1)
        total = self.config.task_weight * task + self.config.align_weight * align
        return LossTerms(total, task, {"align": align})


SYSTEM = System(
    name="align",
    label="Align",
    config=AlignConfig,
    min_modalities=2,
    source="Gao et al., ACM MM 2024, Table 3, which names it without a source",
    faithful="Align-style on pooled features: the name alone; embeddings drawn together by their cosine",
)
