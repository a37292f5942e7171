"""ConFEDE-style on pooled features: each modality in two codes, told apart by a contrast around the first.

Its equations, on unit vectors::

    S_m = tanh(A_m LN(x_m)), D_m = tanh(B_m LN(x_m))      what modality m shares with others, what it does not
    L = L_task(head(all codes)) + w_c contrast + w_m mean over codes of L_task(mono(code))
    contrast = mean over pairs (a, p) of -log e^(a.p / t) / (e^(a.p / t) + sum over n of e^(a.n / t))

With T the first modality, V any other, the pairs of row i and their negatives n are::

    anchor T_S(i)                      p: T_S of rows like i, V_S(i)   n: T_S of rows unlike i, T_D(i), V_D(i)
    anchor V_S(i)                      p: V_S of rows like i           n: V_S of rows unlike i
    anchor T_S(j), j like or unlike i  p: V_S(j)                       n: T_D(j), V_D(j)

Rows like i have its label and similar features; rows unlike i have another label, and features as similar or
as dissimilar as there are: K of each kind.

Source: Yang et al., "ConFEDE: contrastive feature decomposition for multimodal sentiment analysis", ACL 2023.

Faithful: projectors, pairs, K = 2, temperature 0.5, weights 0.1 and 0.01, dropout 0.5, labels rounded to tell
like from unlike. Adapted: the encoders are the projections of all systems, not trained beforehand; rows like
and unlike are the nearest and the farthest of the batch by the cosine of the projected features, not random
ones of the ten best of the training set; codes have D / 2 numbers, head and mono network one hidden layer.
Classes are compared by their number, ratings of several numbers by all of them; classes have cross-entropy.

Missing data: a code of a missing modality is 0 before the head, and in no pair. The first modality of the
configuration takes the place of the text. Both tasks; two modalities or more. Letters: B samples, D features,
M modalities, E = D / 2 numbers of a code, K neighbours of each kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import normalize, softplus

from euar._checks import check_positive, check_share, is_number, shown
from euar._layers import ModalityDict, fuse
from euar._replicas import dropout
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System
from euar.systems.views import loss_of_views, mean_over, rows_of_all


@dataclass(frozen=True)
class ConFEDEConfig(SystemConfig):
    """The configuration of a `ConFEDE`.

    Attributes:
        contrast_weight: of the contrast.
        mono_weight: of the task's loss of each code alone.
        temperature: t of the contrast, above 0.
        neighbours: K, rows of each kind, like, unlike and similar, unlike and dissimilar.
        dropout: probability of dropping a number of a code.
    """

    contrast_weight: float = 0.1
    mono_weight: float = 0.01
    temperature: float = 0.5
    neighbours: int = 2
    dropout: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_weights("contrast_weight", "mono_weight")
        if not (is_number(self.temperature) and self.temperature > 0):
            raise ValueError(f"temperature: expected a number above 0, found {shown(self.temperature)}")
        check_positive("neighbours", self.neighbours)
        check_share("dropout", self.dropout)

    def build(self) -> "ConFEDE":
        """A freshly initialised model."""
        return ConFEDE(self)


class ConFEDEOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        codes: (B, 2, M, E), similar and dissimilar of each modality; 0 where it is missing.
        mono: (2 M, B), or (2 M, B, outputs), what each code predicts alone.
        rows: (B, M) bool, which modalities each row has.
        features: (B, M D), projected, without a gradient; 0 where a modality is missing.
    """

    prediction: Tensor
    codes: Tensor
    mono: Tensor
    rows: Tensor
    features: Tensor


class ConFEDE(MultimodalModel[ConFEDEOutput]):
    """Two codes of each modality, a head over all of them, and one network that predicts from each alone.

    Args:
        config: see `ConFEDEConfig`.

    Example:
        >>> model = ConFEDEConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, output.mono.shape
        (torch.Size([2]), torch.Size([4, 2]))
    """

    stacks = True
    config: ConFEDEConfig

    def __init__(self, config: ConFEDEConfig):
        super().__init__(config)
        width = max(config.dim // 2, 1)
        self.similar, self.dissimilar = (
            ModalityDict({m: _projector(config.dim, width) for m in config.in_features}) for _ in range(2)
        )
        self.head = _network(2 * len(config.in_features) * width, config.dim, config.outputs)
        self.mono = _network(width, width, config.outputs)

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> ConFEDEOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available = available or {}
        projected, names = self.project(inputs, available), self.config.in_features
        features = fuse(projected, names, "concat")
        rows = torch.stack([*rows_of_all(projected, available, names).values()], dim=1)
        codes = self._codes(features.split(self.config.dim, dim=-1))
        if self.training:
            codes = dropout(codes, self.config.dropout, generator)
        codes = codes.masked_fill(~rows[:, None, :, None], 0)
        mono = self.shaped(self.mono(codes.flatten(1, 2).transpose(0, 1)))
        return ConFEDEOutput(self.shaped(self.head(codes.flatten(1))), codes, mono, rows, features.detach())

    def loss(self, output: ConFEDEOutput, target: Tensor) -> LossTerms:
        """The task's loss, the `"contrast"`, and `"mono"` of each code alone; see `MultimodalModel.loss`."""
        task, config = self.task_loss(output.prediction, target), self.config
        there = output.rows.T.repeat(2, 1)  # (2 M, B)
        said, has = ({str(code): part for code, part in enumerate(parts)} for parts in (output.mono, there))
        mono = loss_of_views(config, said, has, target) / there.any(dim=-1).sum()
        found = neighbours(output.features, target, config.neighbours)
        contrast = contrastive_loss(output.codes, output.rows, found, config.temperature)
        total = config.task_weight * task + config.contrast_weight * contrast + config.mono_weight * mono
        return LossTerms(total, task, {"contrast": contrast, "mono": mono})

    def _codes(self, features: Sequence[Tensor]) -> Tensor:
        """Both codes of each modality, (B, 2, M, E)."""
        named = [*zip(self.config.in_features, features, strict=True)]
        kinds = ([part[m](x) for m, x in named] for part in (self.similar, self.dissimilar))
        return torch.stack([torch.stack(codes, dim=1) for codes in kinds], dim=1)


class Neighbours(NamedTuple):
    """Rows of a batch beside each row.

    Attributes:
        which: (B, 3, K) int64: like; unlike and dissimilar; unlike and similar.
        found: (B, 3, K) bool; False where the batch holds no more rows of the kind.
    """

    which: Tensor
    found: Tensor


def neighbours(features: Tensor, target: Tensor, count: int) -> Neighbours:
    """The rows most like and unlike each row of a batch.

    Args:
        features: (B, d).
        target: ratings, (B,) or (B, outputs), or classes (B,).
        count: K, of each kind; a batch of fewer rows has only as many.

    Example:
        >>> features, target = torch.eye(3), torch.tensor([1.0, 1.0, -2.0])
        >>> near = neighbours(features, target, count=1)
        >>> near.which[0, 0].tolist(), near.found[2, 0].tolist()  # the last row has none that is like it
        ([1], [False])
    """
    label = target.reshape(len(target), -1).round()
    same = (label.unsqueeze(0) == label.unsqueeze(1)).all(dim=-1)
    unit = normalize(features, dim=-1)
    cosine = unit @ unit.T
    self_ = torch.eye(len(same), dtype=torch.bool, device=same.device)
    ranks = [
        cosine.masked_fill(~same | self_, -torch.inf),
        (-cosine).masked_fill(same, -torch.inf),
        cosine.masked_fill(same, -torch.inf),
    ]
    value, which = torch.stack(ranks, dim=1).topk(min(count, len(same)), dim=-1)
    return Neighbours(which, value.isfinite())


def nt_xent(positive: Tensor, negative: Tensor) -> Tensor:
    """-log e^p / (e^p + sum over n of e^n), for each positive.

    Args:
        positive: (..., P), similarities to an anchor, divided by the temperature.
        negative: (..., N), those of the same anchor's negatives.

    Returns:
        (..., P).

    Example:
        >>> nt_xent(torch.zeros(1), torch.zeros(3)).exp()  # one among four that are equally near
        tensor([4.])
    """
    return softplus(negative.logsumexp(dim=-1, keepdim=True) - positive)


def contrastive_loss(codes: Tensor, rows: Tensor, near: Neighbours, temperature: float = 0.5) -> Tensor:
    """The contrast of a batch: the mean of `nt_xent` over all pairs whose both ends are there.

    Args:
        codes: (B, 2, M, E), similar and dissimilar of each modality; the first modality is the centre.
        rows: (B, M) bool, which modalities each row has.
        near: the rows like and unlike each.
        temperature: t.

    Returns:
        0-dim; 0 where there is no pair.

    Example:
        >>> near = neighbours(torch.randn(4, 3), torch.tensor([0, 0, 1, 1]), count=1)
        >>> contrastive_loss(torch.randn(4, 2, 2, 5), torch.ones(4, 2).bool(), near).shape
        torch.Size([])
    """
    similar, dissimilar = (normalize(codes, dim=-1) / temperature**0.5).unbind(dim=1)  # (B, M, E)
    own = rows & rows[:, :1]  # (B, M): the centre and another code of its row
    across = torch.einsum("be,bme->bm", similar[:, 0], similar[:, 1:])
    apart = _if_there(torch.einsum("be,bme->bm", similar[:, 0], dissimilar), own)
    within = torch.einsum("bme,bjkme->bjmk", similar, similar[near.which])
    both = (rows[near.which] & rows[:, None, None] & near.found.unsqueeze(-1)).transpose(2, 3)
    like, are_like = within[:, 0], both[:, 0]  # (B, M, K)
    unlike = torch.cat(_if_there(within, both)[:, 1:].unbind(dim=1), dim=-1)  # (B, M, 2 K)
    of_the_centre = torch.cat([unlike[:, 0], apart], dim=1)
    each = [  # losses, and whether both ends of their pairs are there
        (nt_xent(like[:, 0], of_the_centre), are_like[:, 0]),
        (nt_xent(across, of_the_centre), own[:, 1:]),
        (nt_xent(like[:, 1:], unlike[:, 1:]), are_like[:, 1:]),
        (nt_xent(across, apart)[near.which], own[near.which][..., 1:] & near.found.unsqueeze(-1)),
    ]
    losses, pairs = (torch.cat([part.flatten() for part in parts]) for parts in zip(*each, strict=True))
    return mean_over(losses, pairs)


def _if_there(similarity: Tensor, there: Tensor) -> Tensor:
    """Similarities to negatives; those that are not there weigh nothing, and have the gradient 0."""
    return similarity.masked_fill(~there, torch.finfo(similarity.dtype).min)


def _projector(dim: int, width: int) -> nn.Module:
    return nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, width), nn.Tanh())


def _network(width: int, hidden: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


SYSTEM = System(
    name="confede",
    label="ConFEDE",
    config=ConFEDEConfig,
    min_modalities=2,
    source="contrastive feature decomposition, Yang et al., ACL 2023",
    faithful="two codes of each modality, pairs and negatives around the text, weights; adapted: "
    "on pooled features, encoders are projections, rows to compare with come from the batch",
)
