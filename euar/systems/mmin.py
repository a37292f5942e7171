"""MMIN-style on pooled features: a cascade of residual autoencoders imagines the modalities that are missing.

Zhao, Li and Jin, "Missing Modality Imagination Network for Emotion Recognition with Uncertain Missing
Modalities", ACL 2021. With h the features of the modalities that are there, side by side, 0 for the others,
and phi_k the K residual autoencoders of a cascade:

    d_1 = phi_1(h),   d_k = phi_k(h + d_1 + ... + d_(k-1))
    h' = T(h + d_1 + ... + d_K),   c = (bottleneck of phi_1, ..., bottleneck of phi_K)

A second cascade maps the imagined h' back to h''. The prediction is made from c, and

    loss = task + 4 MSE(h', features of the missing modalities) + 2 MSE(h'', h)

Faithful: both cascades, the prediction from the bottlenecks, the target, which is 0 for what is there, the
cycle and its detached end, and the weights, which are those of the port to utterances' vectors in GCNet's
study.

Adapted: pooled vectors through EUAR's projections in the place of sequences through LSTM and TextCNN; widths
follow D (2 D, D, D / 2; the port has 256, 128, 64 at D = 128). One stage of training in the place of two: the
features to imagine are those of the same projections, detached, and not of a frozen teacher. MMIN makes all
patterns of missing modalities of each sample; here each step draws one. No dropout. A modality that is truly
missing has no target.

Letters: B samples, M modalities, D features.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from euar._checks import check_positive
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.missing import check_rate, leave_out, present, side_by_side
from euar.systems.registry import System
from euar.systems.views import mean_over


@dataclass(frozen=True)
class MMINConfig(SystemConfig):
    """The configuration of `MMIN`.

    Attributes:
        blocks: K, residual autoencoders of each cascade.
        leave_out: probability that training leaves a modality out, see `missing.leave_out`.
        imagination: weight of what is imagined.
        cycle: weight of the way back.
    """

    blocks: int = 5
    leave_out: float = 0.5
    imagination: float = 4.0
    cycle: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("blocks", self.blocks)
        check_rate("leave_out", self.leave_out)
        self.check_weights("imagination", "cycle")

    def build(self) -> "MMIN":
        """A freshly initialised model."""
        return MMIN(self)


class Cascade(nn.Module):
    """K residual autoencoders, each of which adds to what came before it, and a transition after the last.

    Args:
        width: of the input and the output.
        dim: D; an autoencoder narrows to 2 D, D and D / 2.
        blocks: K.

    Example:
        >>> output, codes = Cascade(width=12, dim=4, blocks=5)(torch.zeros(3, 12))
        >>> output.shape, codes.shape
        (torch.Size([3, 12]), torch.Size([3, 10]))
    """

    def __init__(self, width: int, dim: int, blocks: int):
        super().__init__()
        narrow = (width, 2 * dim, dim, max(dim // 2, 1))
        self.encoders = nn.ModuleList(_layers(*narrow, last=True) for _ in range(blocks))
        self.decoders = nn.ModuleList(_layers(*narrow[::-1]) for _ in range(blocks))
        self.transition = _layers(width, width, width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, width) to the output (B, width) and the bottlenecks side by side, (B, K (D / 2))."""
        codes = []
        for encode, decode in zip(self.encoders, self.decoders, strict=True):
            codes.append(encode(x))
            x = x + decode(codes[-1])  # h + d_1 + ... + d_k
        return self.transition(x), torch.cat(codes, dim=-1)


class MMINOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        kept: (B, M D), h: the features that the cascade saw.
        imagined: (B, M, D), h'.
        back: (B, M D), h''.
        missing: (B, M, D), the features of the modalities that were left out, detached; 0 for those kept.
        known: (B, M) bool, where `missing` holds what is to be imagined: not where a modality truly lacks.
    """

    prediction: Tensor
    kept: Tensor
    imagined: Tensor
    back: Tensor
    missing: Tensor
    known: Tensor


class MMIN(MultimodalModel[MMINOutput]):
    """Projections, a cascade forth, a cascade back, a hidden layer on the bottlenecks.

    Args:
        config: see `MMINConfig`.

    Example:
        >>> model = MMINConfig({"text": 8, "audio": 4}).build().eval()
        >>> output = model({"text": torch.zeros(2, 8)})
        >>> output.prediction.shape, output.imagined.shape
        (torch.Size([2]), torch.Size([2, 2, 64]))
    """

    stacks = True
    config: MMINConfig

    def __init__(self, config: MMINConfig):
        super().__init__(config)
        width, dim = len(config.in_features) * config.dim, config.dim
        self.imagine = Cascade(width, dim, config.blocks)
        self.recall = Cascade(width, dim, config.blocks)
        self.head = _layers(config.blocks * max(dim // 2, 1), dim, config.outputs)

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> MMINOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available, names = available or {}, self.config.in_features
        features = side_by_side(self.project(inputs, available), names)
        has = present(inputs, available, names)
        kept = leave_out(has, self.config.leave_out, generator) if self.training else has
        there = features.masked_fill(~kept.unsqueeze(-1), 0).flatten(1)
        missing = features.detach().masked_fill(kept.unsqueeze(-1), 0)
        imagined, codes = self.imagine(there)
        back, _ = self.recall(imagined)
        prediction = self.shaped(self.head(codes))
        return MMINOutput(prediction, there, imagined.view_as(features), back, missing, has)

    def loss(self, output: MMINOutput, target: Tensor) -> LossTerms:
        """The task's loss, `"imagination"` and `"cycle"`; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        error = (output.imagined - output.missing).square().mean(dim=-1)
        parts = {
            "imagination": mean_over(error, output.known),
            "cycle": mse_loss(output.back, output.kept.detach()),
        }
        extra = self.config.imagination * parts["imagination"] + self.config.cycle * parts["cycle"]
        return LossTerms(self.config.task_weight * task + extra, task, parts)


def _layers(*widths: int, last: bool = False) -> nn.Sequential:
    """Linear layers of these widths with LeakyReLU between them, and after the last if asked for."""
    layers: list[nn.Module] = []
    for narrow, wide in pairwise(widths):
        layers += [nn.Linear(narrow, wide), nn.LeakyReLU()]
    return nn.Sequential(*(layers if last else layers[:-1]))


SYSTEM = System(
    name="mmin",
    label="MMIN",
    config=MMINConfig,
    min_modalities=2,
    source="Zhao et al., ACL 2021; on utterances' vectors as in the study of GCNet, TPAMI 2023",
    faithful="both cascades, the cycle, the targets and the weights; MMIN-style on pooled features: EUAR's "
    "projections, one stage of training without a frozen teacher, no dropout",
)
