"""DCCA-style on pooled features: networks whose codes correlate, and a linear model of the codes.

Its equations::

    corr(A, B) = sum of the singular values of S_AA^(-1/2) S_AB S_BB^(-1/2), the canonical correlations
    L = - sum_{m < n} corr(f_m(x_m), f_n(x_n)) + L_task(head(codes, without a gradient))

Source: Andrew et al., "Deep canonical correlation analysis", ICML 2013, between each two of the modalities.

Faithful: the correlation and its ridge; no label reaches the networks f_m, three hidden layers each; the head
is linear over all codes side by side. Adapted: LayerNorm in place of BatchNorm, since a prediction may not
hang on its batch; networks and head learn at once, not one after the other, so the head is a product of two
matrices, which moves as fast as the codes do; it learns the task's loss (squares, or cross-entropy for
classes), not that of a support vector machine. The correlation is that of a batch: it overstates that of the
set unless the batch has many more rows than a code has numbers.

Missing data: no modality is the source, the head reads the codes of all. One that a row lacks is 0 after its
projection, which stands for the mean vector of the original, and the row counts in none of its correlations.
Both tasks; two modalities or more. Letters: B samples, c numbers a code, D features, M modalities.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.linalg import cholesky, solve_triangular, svdvals

from euar._checks import check_positive
from euar._layers import ModalityDict, fuse
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System
from euar.systems.views import rows_of_all


@dataclass(frozen=True)
class DCCAConfig(SystemConfig):
    """The configuration of a `DCCA`.

    Attributes:
        components: c, numbers a code; from 2 to 10 in the literature.
        correlation_weight: factor of the correlations, which are a sum over pairs of modalities.
    """

    components: int = 10
    correlation_weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("components", self.components)
        self.check_weights("correlation_weight")

    def build(self) -> "DCCA":
        """A freshly initialised model."""
        return DCCA(self)


class DCCAOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        codes: {modality: (B, c)} of all modalities.
        rows: {modality: (B,) bool}, the rows that have it.
    """

    prediction: Tensor
    codes: dict[str, Tensor]
    rows: dict[str, Tensor]


class DCCA(MultimodalModel[DCCAOutput]):
    """A network for each modality, and a linear head over their codes that sends them no gradient.

    Args:
        config: see `DCCAConfig`.

    Example:
        >>> model = DCCAConfig({"text": 8, "audio": 4}, components=3).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, output.codes["audio"].shape
        (torch.Size([2]), torch.Size([2, 3]))
    """

    stacks = True
    config: DCCAConfig

    def __init__(self, config: DCCAConfig):
        super().__init__(config)
        self.networks = ModalityDict({m: _network(config.dim, config.components) for m in config.in_features})
        width = len(config.in_features) * config.components
        self.head = nn.Sequential(nn.Linear(width, config.dim), nn.Linear(config.dim, config.outputs))

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> DCCAOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available, names = available or {}, self.config.in_features
        projected = self.project(inputs, available)
        whole = fuse(projected, names, "concat").split(self.config.dim, dim=-1)
        codes = {m: self.networks[m](x) for m, x in zip(names, whole, strict=True)}
        joint = fuse(codes, names, "concat").detach()
        rows = rows_of_all(projected, available, names)
        return DCCAOutput(self.shaped(self.head(joint)), codes, rows)

    def loss(self, output: DCCAOutput, target: Tensor) -> LossTerms:
        """The head's loss, less the codes' `"correlation"`; arguments and errors: `MultimodalModel.loss`."""
        task, codes, rows = self.task_loss(output.prediction, target), output.codes, output.rows
        pairs = combinations(self.config.in_features, 2)
        each = (correlation(codes[m], codes[n], rows[m] & rows[n]) for m, n in pairs)
        total = reduce(torch.add, each, task.new_zeros(()))
        weighted = self.config.task_weight * task - self.config.correlation_weight * total
        return LossTerms(weighted, task, {"correlation": total})


def correlation(a: Tensor, b: Tensor, rows: Tensor | None = None, ridge: float = 1e-3) -> Tensor:
    """The sum of the canonical correlations of two sets of numbers, at most min(c, e).

        sum of the singular values of S_aa^(-1/2) S_ab S_bb^(-1/2), with S_aa = cov(a, a) + ridge I,
        S_bb alike, S_ab = cov(a, b)

    The inverse roots are those of Cholesky: they differ from the symmetric ones by rotations, which no
    singular value sees, and need no eigenvectors, whose gradient fails where two eigenvalues agree.

    Args:
        a: (B, c).
        b: (B, e).
        rows: (B,) bool, the rows that count; all by default.
        ridge: added to each variance, in units of the squared features.

    Returns:
        0-dim; 0 where less than two rows count.

    Example:
        >>> x = torch.tensor([[1.0], [2.0], [4.0]])
        >>> round(correlation(x, 3 - 2 * x).item(), 2)
        1.0
    """
    rows = torch.ones(len(a), dtype=torch.bool, device=a.device) if rows is None else rows
    left, right = (_centred(x.double(), rows) for x in (a, b))  # codes may grow: in float a root would fail
    count = (rows.sum() - 1).clamp(min=1)
    roots = [
        cholesky(x.T @ x / count + ridge * torch.eye(x.shape[1], dtype=x.dtype, device=x.device))
        for x in (left, right)
    ]
    half = solve_triangular(roots[0], left.T @ right / count, upper=False)
    total: Tensor = svdvals(solve_triangular(roots[1], half.T, upper=False)).sum()
    return total.to(a.dtype)


def _centred(x: Tensor, rows: Tensor) -> Tensor:
    """Values less their means over the rows that count; 0 in the others."""
    counted = x.masked_fill(~rows.unsqueeze(-1), 0)
    mean = counted.sum(dim=0) / rows.sum().clamp(min=1)
    return (x - mean).masked_fill(~rows.unsqueeze(-1), 0)


def _network(dim: int, components: int) -> nn.Module:
    """Two hidden layers after the projection, which is the first."""
    hidden = [part for _ in range(2) for part in (nn.Linear(dim, dim), nn.LayerNorm(dim), nn.ReLU())]
    return nn.Sequential(nn.ReLU(), *hidden, nn.Linear(dim, components))


SYSTEM = System(
    name="dcca",
    label="DCCA",
    config=DCCAConfig,
    min_modalities=2,
    source="deep canonical correlation analysis, Andrew et al., ICML 2013",
    faithful="the correlation of each two codes, networks without labels, a linear model of codes; adapted: "
    "on pooled features, the head learns beside the networks, correlations are those of a batch",
)
