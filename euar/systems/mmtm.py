"""MMTM: each stream's features are weighed, channel by channel, by what all streams hold.

    S = relu(W_s [a, b] + c_s)                                        squeeze
    a' = a sigmoid(W_a S + c_a),  b' = b sigmoid(W_b S + c_b)         excite

Source: Vaezi Joze et al., CVPR 2020; a stream then answers alone, the answers are averaged, and the loss is
that of the average and of each stream, as QMF's authors ran it. S has 2 (dim_a + dim_b) / ratio channels, as
in public code.

MMTM-style on pooled features. Faithful: the module, the streams, the late average, the loss. Adapted: the
paper puts a module after each of several stages of convolution, on channels averaged over the picture; pooled
features leave one place, between the projection and the hidden layer. With three modalities and more the
modules of all pairs follow one another. A missing modality is squeezed as 0 and answers nothing. Ratings as
well as classes: nothing in the module knows the task. Letters: B samples, D features.
"""

from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Generator, Tensor, nn

from euar._checks import check_positive, check_width
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System
from euar.systems.views import ViewsOutput, average, heads, loss_of_views, rows_of


class MMTM(nn.Module):
    """The transfer module between two streams.

    Args:
        dim_a: channels of the first stream.
        dim_b: channels of the second.
        ratio: how much narrower the squeezed vector is, up to the factor 2 of public code.

    Attributes:
        squeeze: linear, both streams to 2 (dim_a + dim_b) / ratio channels.
        excite_a: linear, from there to dim_a.
        excite_b: linear, from there to dim_b.

    Example:
        >>> a, b = MMTM(dim_a=8, dim_b=4)(torch.ones(2, 8), torch.ones(2, 4))
        >>> a.shape, b.shape, bool((b < 1).all())
        (torch.Size([2, 8]), torch.Size([2, 4]), True)
    """

    def __init__(self, dim_a: int, dim_b: int, ratio: int = 4):
        super().__init__()
        for name, number in {"dim_a": dim_a, "dim_b": dim_b, "ratio": ratio}.items():
            check_positive(name, number)
        self.dim_a, self.dim_b = dim_a, dim_b
        squeezed = max(2 * (dim_a + dim_b) // ratio, 1)
        self.squeeze = nn.Linear(dim_a + dim_b, squeezed)
        self.excite_a = nn.Linear(squeezed, dim_a)
        self.excite_b = nn.Linear(squeezed, dim_b)

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Weigh the channels of both streams.

        Args:
            a: (B, dim_a).
            b: (B, dim_b).

        Returns:
            The two, shaped alike.

        Raises:
            ValueError: another shape.
        """
        check_width("a", a, self.dim_a)
        check_width("b", b, self.dim_b)
        joint = self.squeeze(torch.cat([a, b], dim=-1)).relu()
        return a * self.excite_a(joint).sigmoid(), b * self.excite_b(joint).sigmoid()


@dataclass(frozen=True)
class MMTMConfig(SystemConfig):
    """The configuration of `MMTMFusion`.

    Attributes:
        ratio: see `MMTM`.
    """

    ratio: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("ratio", self.ratio)

    def build(self) -> "MMTMFusion":
        """A freshly initialised model."""
        return MMTMFusion(self)


class MMTMFusion(MultimodalModel[ViewsOutput]):
    """A network for each modality, a transfer module between each two of them.

    Args:
        config: see `MMTMConfig`.

    Example:
        >>> model = MMTMConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, list(output.each)
        (torch.Size([2]), ['text', 'audio'])
    """

    stacks = True
    config: MMTMConfig

    def __init__(self, config: MMTMConfig):
        super().__init__(config)
        self.pairs = list(combinations(config.in_features, 2))
        self.transfers = nn.ModuleList(MMTM(config.dim, config.dim, config.ratio) for _ in self.pairs)
        self.heads = heads(config)

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> ViewsOutput:
        """Predict a batch: the mean over the modalities a row has; of logits for classification.

        Arguments and errors: `MultimodalModel.forward`.
        """
        available = available or {}
        given = self.project(inputs, available)
        nothing = torch.zeros_like(next(iter(given.values())))
        streams = {m: given.get(m, nothing) for m in self.config.in_features}
        for (a, b), transfer in zip(self.pairs, self.transfers, strict=True):
            streams[a], streams[b] = transfer(streams[a], streams[b])
        each = {m: self.shaped(self.heads[m](streams[m])) for m in given}
        rows = rows_of(each, available)
        return ViewsOutput(average(each, rows), each, rows)

    def loss(self, output: ViewsOutput, target: Tensor) -> LossTerms:
        """The task's loss of the average and of each stream, `"views"`; arguments: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        views = loss_of_views(self.config, output.each, output.rows, target)
        return LossTerms(self.config.task_weight * (task + views), task, {"views": views})


SYSTEM = System(
    name="mmtm",
    label="MMTM",
    config=MMTMConfig,
    min_modalities=2,
    source="Vaezi Joze et al., CVPR 2020",
    faithful="MMTM-style on pooled features: module, streams, average and loss; one stage instead of several",
)
