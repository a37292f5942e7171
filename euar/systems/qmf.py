"""QMF: each modality's answer weighs as much as its network is confident, and hard rows lower confidence.

    c_m = logsumexp(logits_m) / 10                                    minus the energy, scaled
    fused = sum_m c_m logits_m
    rank = max(0, sign(h_i - h_j) (c_i - c_j) + |h_i - h_j|)          of neighbours i, j in the batch
    L = CE(fused) + sum_m CE(logits_m) + w sum_m rank_m

Source: Zhang et al., ICML 2023. h is how hard a row is for the modality: of two rows the harder one shall be
less confident by at least the difference. w is 0.1, as in its authors' scenes (1 in their tweets).

QMF-style on pooled features. Faithful: the fusion, the loss, the pairs, and that confidence has a gradient
(as in the scenes; in the tweets it has none in the fusion). Adapted: the networks are a projection and a
hidden layer on pooled features; h is the row's loss at this step, scaled over the batch to 0..1, where QMF
adds its losses up over the epochs and scales over the data set: a model here does not know which rows it
sees. The margin has the sign that makes it one; the released code subtracts it. A missing modality adds
nothing, and pairs count where both rows have it. Energy is that of logits: ratings are refused. Letters: B
samples, C classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy

from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.registry import System
from euar.systems.views import ClassesConfig, ViewsOutput, added, heads, kept, mean_over, rows_of


@dataclass(frozen=True)
class QMFConfig(ClassesConfig):
    """The configuration of `QMF`.

    Attributes:
        rank_weight: w, weight of the rank loss.
    """

    rank_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_weights("rank_weight")

    def build(self) -> "QMF":
        """A freshly initialised model."""
        return QMF(self)


def confidence(logits: Tensor) -> Tensor:
    """Return a tenth of the logsumexp of logits (B, C), (B,).

    Example:
        >>> confidence(torch.tensor([[0.0, -100.0], [20.0, 0.0]]))
        tensor([0., 2.])
    """
    return logits.logsumexp(dim=-1) / 10


def fuse(logits: Sequence[Tensor]) -> Tensor:
    """Add up logits, each times its confidence.

    Args:
        logits: (B, C) each, at least one.

    Returns:
        (B, C).

    Raises:
        ValueError: none, or of several shapes.

    Example:
        >>> fuse([torch.zeros(1, 2), torch.tensor([[10.0, -90.0]])])
        tensor([[ 10., -90.]])
    """
    shapes = sorted({tuple(each.shape) for each in logits})
    if len(shapes) != 1 or len(shapes[0]) != 2:
        raise ValueError(f"logits: expected some of one shape (B, C), found {shapes or 'none'}")
    return added(confidence(each).unsqueeze(-1) * each for each in logits)


def rank_loss(confidence: Tensor, hardness: Tensor, rows: Tensor | None = None) -> Tensor:
    """How far confidence is from falling with hardness, from each row to the next; the last meets the first.

    Args:
        confidence: c, (B,).
        hardness: h, (B,), on the scale of c; it gets no gradient.
        rows: (B,) bool, those that count; a pair needs both.

    Returns:
        0-dim, the mean over pairs; 0 where there are none.

    Raises:
        ValueError: the shapes are not the same (B,).

    Example:
        >>> rank_loss(torch.tensor([0.25, 1.0]), torch.tensor([1.0, 0.0])).item()  # less by 0.75, not by 1
        0.25
    """
    if confidence.ndim != 1 or confidence.shape != hardness.shape:
        raise ValueError(
            f"confidence, hardness: expected one shape (B,), found {tuple(confidence.shape)} and "
            f"{tuple(hardness.shape)}"
        )
    rows = torch.ones_like(hardness, dtype=torch.bool) if rows is None else rows
    harder = (hardness - hardness.roll(-1)).detach()
    excess = harder.sign() * (confidence - confidence.roll(-1)) + harder.abs()
    return mean_over(excess.relu(), rows & rows.roll(-1))


class QMF(MultimodalModel[ViewsOutput]):
    """Quality-aware multimodal fusion: late fusion weighted by energy.

    Args:
        config: see `QMFConfig`.

    Example:
        >>> model = QMFConfig({"text": 8, "audio": 4}, outputs=3).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> torch.allclose(output.prediction, fuse(list(output.each.values())))
        True
    """

    stacks = True
    config: QMFConfig

    def __init__(self, config: QMFConfig):
        super().__init__(config)
        self.heads = heads(config)

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> ViewsOutput:
        """Predict a batch: the fused logits; `each` is 0 in the rows that lack the modality.

        Arguments and errors: `MultimodalModel.forward`.
        """
        available = available or {}
        said = {m: self.heads[m](x) for m, x in self.project(inputs, available).items()}
        rows = rows_of(said, available)
        each = {m: kept(logits, rows[m]) for m, logits in said.items()}  # 0 adds 0 to the fusion
        return ViewsOutput(fuse(list(each.values())), each, rows)

    def loss(self, output: ViewsOutput, target: Tensor) -> LossTerms:
        """The task's loss of the fusion and of each, `"views"`, and `"rank"`; see `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        each, rows = output.each, output.rows
        losses = {m: cross_entropy(logits, target, reduction="none") for m, logits in each.items()}
        views = added(mean_over(losses[m], rows[m]) for m in each)
        rank = added(
            rank_loss(confidence(each[m]), scaled(losses[m].detach(), rows[m]), rows[m]) for m in each
        )
        total = self.config.task_weight * (task + views) + self.config.rank_weight * rank
        return LossTerms(total, task, {"views": views, "rank": rank})


def scaled(losses: Tensor, rows: Tensor) -> Tensor:
    """Map the losses (B,) of some rows (B,) bool to 0..1, least to greatest; all to 0 if they are equal.

    Example:
        >>> scaled(torch.tensor([1.0, 3.0, 2.0]), torch.tensor([True, True, True]))
        tensor([0.0000, 1.0000, 0.5000])
    """
    least = losses.masked_fill(~rows, torch.inf).amin()
    above = kept(losses - least, rows)
    return above / above.amax().clamp(min=torch.finfo(losses.dtype).tiny)


SYSTEM = System(
    name="qmf",
    label="QMF",
    config=QMFConfig,
    tasks=("classification",),
    min_modalities=2,
    source="Zhang et al., Provable Dynamic Fusion for Low-Quality Multimodal Data, ICML 2023",
    faithful="QMF-style on pooled features: fusion and loss; hardness within the batch, without a history",
)
