"""TMC: each modality's network gives evidence for the classes, and Dempster's rule combines it.

    e = softplus(logits),  alpha = e + 1,  S = sum alpha              a Dirichlet distribution
    b = e / S,  u = C / S,  sum b + u = 1                             belief in each class, and in none
    conflict = sum_{i != j} b1_i b2_j                                 Dempster's rule
    b = (b1 b2 + b1 u2 + b2 u1) / (1 - conflict),  u = u1 u2 / (1 - conflict)
    L = sum_y y (psi(S) - psi(alpha)) + annealing KL(Dir(alpha~) || Dir(1)),  alpha~ = e (1 - y) + 1

Source: Han et al., ICLR 2021. The annealing is min(1, epoch / 10), and L is summed over the modalities and
what they say together.

TMC-style on pooled features. Faithful: all of the above. Adapted: the networks are a projection and a hidden
layer on pooled features; the prediction is the logarithm of alpha, so that its softmax is the mean of the
Dirichlet distribution; a missing modality has no evidence, which leaves the others' belief as it is. Evidence
is for classes: ratings are refused. Letters: B samples, C classes, y the target as one-hot rows.
"""

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.distributions import Dirichlet
from torch.distributions import kl_divergence as divergence
from torch.nn.functional import softplus

from euar._checks import check_positive, check_target
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.registry import System
from euar.systems.views import ClassesConfig, added, heads, kept, mean_over, rows_of


@dataclass(frozen=True)
class TMCConfig(ClassesConfig):
    """The configuration of `TMC`.

    Attributes:
        annealing_epochs: how long the weight of the KL divergence grows, to 1.
    """

    annealing_epochs: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("annealing_epochs", self.annealing_epochs)

    def build(self) -> "TMC":
        """A freshly initialised model."""
        return TMC(self)


def dempster(alpha_a: Tensor, alpha_b: Tensor) -> Tensor:
    """Combine two Dirichlet distributions by Dempster's rule.

    The normalisation by the conflict cancels: with e = C b / u, the rule for b over that for u is
    e = e1 + e2 + e1 e2 / C. So the order of combination does not matter, and no conflict divides by 0.

    Args:
        alpha_a: (B, C), each at least 1.
        alpha_b: the other, alike.

    Returns:
        alpha (B, C) of the combination.

    Raises:
        ValueError: the shapes are not the same (B, C).

    Example:
        >>> dempster(torch.tensor([[3.0, 1.0]]), torch.tensor([[2.0, 1.0]]))
        tensor([[5., 1.]])
    """
    if alpha_a.ndim != 2 or alpha_a.shape != alpha_b.shape:
        found = f"{tuple(alpha_a.shape)} and {tuple(alpha_b.shape)}"
        raise ValueError(f"alpha_a, alpha_b: expected one shape (B, C), found {found}")
    a, b = alpha_a - 1, alpha_b - 1
    return a + b + a * b / a.shape[-1] + 1


def evidence_loss(alpha: Tensor, target: Tensor, annealing: float) -> Tensor:
    """The expected cross-entropy and the annealed KL divergence, in nats, mean over rows.

    Args:
        alpha: (B, C), each at least 1.
        target: (B,) int64, the class of each row.
        annealing: weight of the KL divergence, from 0 to 1.

    Returns:
        0-dim.

    Raises:
        ValueError: any other shape or dtype of target.

    Example:
        >>> evidence_loss(torch.tensor([[3.0, 1.0]]), torch.tensor([0]), annealing=1.0)
        tensor(0.3333)
    """
    check_target(target, alpha, "classification")
    entropy, misleading = _terms(alpha, target)
    return (entropy + annealing * misleading).mean()


class TMCOutput(NamedTuple):
    """What the networks say.

    Attributes:
        prediction: (B, C) the logarithm of `alpha`.
        alpha: (B, C) of all modalities together.
        each: {modality given: its alpha (B, C)}; 1 in the rows that lack it.
        rows: {modality given: (B,) bool}, the rows that have it.
    """

    prediction: Tensor
    alpha: Tensor
    each: dict[str, Tensor]
    rows: dict[str, Tensor]


class TMC(MultimodalModel[TMCOutput]):
    """Trusted multi-view classification: evidence of each modality, combined.

    Args:
        config: see `TMCConfig`.

    Example:
        >>> model = TMCConfig({"text": 8, "audio": 4}, outputs=3).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.alpha.shape, bool((output.alpha >= 1).all())
        (torch.Size([2, 3]), True)
    """

    stacks = True
    config: TMCConfig

    def __init__(self, config: TMCConfig):
        super().__init__(config)
        self.heads = heads(config)

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> TMCOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available = available or {}
        evidence = {m: softplus(self.heads[m](x)) for m, x in self.project(inputs, available).items()}
        rows = rows_of(evidence, available)
        each = {m: kept(e, rows[m]) + 1 for m, e in evidence.items()}
        alpha = reduce(dempster, each.values())
        return TMCOutput(alpha.log(), alpha, each, rows)

    def loss(self, output: TMCOutput, target: Tensor) -> LossTerms:
        """The cross-entropy of all and of each, `"views"`, and all `"kl"`; see `MultimodalModel.loss`."""
        check_target(target, output.prediction, self.config.task)
        task, kl = (term.mean() for term in _terms(output.alpha, target))
        each = {m: _terms(alpha, target) for m, alpha in output.each.items()}
        views, kl_views = (added(mean_over(each[m][i], output.rows[m]) for m in each) for i in (0, 1))
        annealing = min(1.0, self.epoch / self.config.annealing_epochs)
        total = self.config.task_weight * (task + views) + annealing * (kl + kl_views)
        return LossTerms(total, task, {"views": views, "kl": kl + kl_views})


def _terms(alpha: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The expected cross-entropy of each row, (B,), and the KL divergence of its evidence for the others."""
    own = target.unsqueeze(-1)
    entropy = alpha.sum(dim=-1).digamma() - alpha.gather(-1, own).squeeze(-1).digamma()
    wrong = alpha.scatter(-1, own, 1.0)  # alpha~
    uniform = Dirichlet(torch.ones_like(wrong), validate_args=False)
    return entropy, divergence(Dirichlet(wrong, validate_args=False), uniform)


SYSTEM = System(
    name="tmc",
    label="TMC",
    config=TMCConfig,
    tasks=("classification",),
    min_modalities=2,
    source="Han et al., Trusted Multi-View Classification, ICLR 2021",
    faithful="TMC-style on pooled features: evidence, Dempster's rule, annealed loss; small networks",
)
