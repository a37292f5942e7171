"""DiCMoR-style on pooled features: flows carry what is there over to what is missing, by one distribution.

Wang, Cui and Li, "Distribution-Consistent Modal Recovering for Incomplete Multimodal Learning", ICCV 2023.
A normalising flow F_m for each modality m maps its features x_m to a latent z_m, by affine couplings of which
each moves one half u2 of the features by the other half u1:

    u2' = (u2 + t(u1)) s(u1),   s = sigmoid(r(u1) + 2),   log |det| = sum log s

The latents of all modalities share one Gaussian for each class y of the label, so that a missing modality m
comes back from those that are there, A, by the inverse of its flow, and a residual network R_m refines it:

    z = mean of z_a over a in A,   x_m' = F_m^-1(z),   x_m'' = x_m' + R_m(x_m')

    loss = task + 0.1 (sum over m of max(0, NLL_m) + MSE(x_m'', x_m)),
    NLL_m = -(log N(z_m; mean_y, sd_y) + log |det|) / (D ln 2), in bits for each dimension

Faithful: coupling, prior of the labels' classes (-3 to 3, rounded) common to the modalities, recovery through
the latent, the flows trained by their likelihood alone, and the weights.

Adapted: pooled vectors through EUAR's projections; a hidden layer over the modalities side by side in the
place of cross-modal transformers; the mean of several sources in the place of a 1x1 convolution. Steps
alternate the half they move (in the released code the first half never moves), 8 of them and not 32; the last
layers of t and r start near zero, not at it, and r stays within 2 of 0, by 2 tanh(r / 2), or an inverse may
grow without bounds. One stage of training in the place of two: the flows see detached features. Training
draws what is missing, see `missing.leave_out`; what truly lacks is neither fitted nor a target.

Letters: B samples, M modalities, D features, C classes.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import logsigmoid

from euar._checks import check_positive
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.missing import check_rate, leave_out, present, side_by_side
from euar.systems.mixture import Linears
from euar.systems.registry import System
from euar.systems.views import mean_over

#: The greatest rating that has a class of its own; one below its negative shares that of the least.
_GREATEST = 3


@dataclass(frozen=True)
class DiCMoRConfig(SystemConfig):
    """The configuration of `DiCMoR`.

    Attributes:
        steps: couplings of each flow.
        leave_out: probability that training leaves a modality out, see `missing.leave_out`.
        recovery: weight of the flows' likelihoods and of the recovered features.
    """

    steps: int = 8
    leave_out: float = 0.5
    recovery: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("steps", self.steps)
        if self.dim < 2:
            raise ValueError(f"dim: expected at least 2, a half to move by the other, found {self.dim}")
        check_rate("leave_out", self.leave_out)
        self.check_weights("recovery")

    def build(self) -> "DiCMoR":
        """A freshly initialised model."""
        return DiCMoR(self)


class Coupling(nn.Module):
    """An affine coupling for each of M modalities: it moves some features by the others, which stay.

    Args:
        modalities: M.
        stay: features that stay.
        move: features that move.

    Example:
        >>> coupling, stay, move = Coupling(2, stay=3, move=4), torch.randn(2, 5, 3), torch.randn(2, 5, 4)
        >>> moved, log_det = coupling(stay, move)
        >>> torch.allclose(coupling.inverse(stay, moved), move, atol=1e-5), log_det.shape
        (True, torch.Size([2, 5]))
    """

    def __init__(self, modalities: int, stay: int, move: int):
        super().__init__()
        wide, last = stay + move, Linears(modalities, stay + move, 2 * move)
        with torch.no_grad():
            for parameter in last.parameters():
                parameter.mul_(0.1)  # near the identity, up to the scale sigmoid(2)
        self.net = nn.Sequential(
            Linears(modalities, stay, wide), nn.ReLU(), Linears(modalities, wide, wide), nn.ReLU(), last
        )

    def forward(self, stay: Tensor, move: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved (M, B, move), and the log-determinant (M, B)."""
        shift, raw = self._terms(stay)
        return (move + shift) * torch.sigmoid(raw), logsigmoid(raw).sum(dim=-1)

    def inverse(self, stay: Tensor, moved: Tensor) -> Tensor:
        """Return what `forward` moved."""
        shift, raw = self._terms(stay)
        return moved / torch.sigmoid(raw) - shift

    def _terms(self, stay: Tensor) -> tuple[Tensor, Tensor]:
        """The shift t, and r + 2."""
        shift, raw = self.net(stay).chunk(2, dim=-1)
        return shift, 2 + 2 * torch.tanh(raw / 2)


class Flows(nn.Module):
    """A normalising flow for each of M modalities, side by side; its couplings move either half in turn.

    Args:
        modalities: M.
        dim: D, at least 2.
        steps: couplings.

    Example:
        >>> flows, x = Flows(modalities=2, dim=5, steps=3), torch.randn(2, 4, 5)
        >>> latent, log_det = flows(x)
        >>> torch.allclose(flows.inverse(latent), x, atol=1e-5), log_det.shape
        (True, torch.Size([2, 4]))
    """

    def __init__(self, modalities: int, dim: int, steps: int):
        super().__init__()
        self.halves = (dim // 2, dim - dim // 2)
        turns = (self.halves, self.halves[::-1])
        self.couplings = nn.ModuleList(Coupling(modalities, *turns[step % 2]) for step in range(steps))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map features (M, B, D) to the latent (M, B, D) and the log-determinant (M, B)."""
        first, second = x.split(self.halves, dim=-1)
        total = torch.zeros_like(x[..., 0])
        for step, coupling in enumerate(self.couplings):
            if step % 2:
                first, log_det = coupling(second, first)
            else:
                second, log_det = coupling(first, second)
            total = total + log_det
        return torch.cat([first, second], dim=-1), total

    def inverse(self, latent: Tensor) -> Tensor:
        """Map a latent (M, B, D) to the features (M, B, D) that have it."""
        first, second = latent.split(self.halves, dim=-1)
        for step in reversed(range(len(self.couplings))):
            coupling: Any = self.couplings[step]
            if step % 2:
                first = coupling.inverse(second, first)
            else:
                second = coupling.inverse(first, second)
        return torch.cat([first, second], dim=-1)


def label_class(target: Tensor) -> Tensor:
    """Return the prior's class of each label, (B,) int64: classes as they are, ratings rounded to -3 ... 3.

    Args:
        target: (B,) int64 classes; float (B,) or (B, outputs), whose mean counts.

    Example:
        >>> label_class(torch.tensor([-4.0, -0.4, 1.6])).tolist()
        [0, 3, 5]
    """
    if not target.is_floating_point():
        return target
    rating = target if target.ndim == 1 else target.mean(dim=-1)
    return (rating.clamp(-_GREATEST, _GREATEST).round() + _GREATEST).long()


def bits(latent: Tensor, log_det: Tensor, mean: Tensor, log_sd: Tensor) -> Tensor:
    """The negative log-likelihood of features whose latent is Gaussian, in bits for each dimension.

    Args:
        latent: (..., D).
        log_det: (...), of the flow.
        mean: of the latent, as `latent`.
        log_sd: logarithm of its standard deviation, likewise.

    Returns:
        (...).

    Example:
        >>> bits(torch.zeros(4), torch.tensor(0.0), torch.zeros(4), torch.zeros(4))  # log2(2 pi) / 2
        tensor(1.3257)
    """
    log_density = -0.5 * ((latent - mean) / log_sd.exp()).square() - log_sd - 0.5 * math.log(2 * math.pi)
    return -(log_density.sum(dim=-1) + log_det) / (latent.shape[-1] * math.log(2))


class DiCMoROutput(NamedTuple):
    """What the model returns; M comes first.

    Attributes:
        prediction: see `Output`.
        features: (M, B, D), detached; 0 where a modality lacks.
        latent: (M, B, D).
        log_det: (M, B).
        recovered: (M, B, D), what the others say of a modality, refined.
        has: (M, B) bool, where `features` are known.
        kept: (M, B) bool, where the prediction saw them; the recovered ones elsewhere.
    """

    prediction: Tensor
    features: Tensor
    latent: Tensor
    log_det: Tensor
    recovered: Tensor
    has: Tensor
    kept: Tensor


class DiCMoR(MultimodalModel[DiCMoROutput]):
    """Projections, a flow and a refining network a modality, a hidden layer over what is there or recovered.

    Args:
        config: see `DiCMoRConfig`.

    Example:
        >>> model = DiCMoRConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.prediction.shape, output.recovered.shape
        (torch.Size([2]), torch.Size([2, 2, 64]))
    """

    stacks = True
    config: DiCMoRConfig

    def __init__(self, config: DiCMoRConfig):
        super().__init__(config)
        modalities, dim = len(config.in_features), config.dim
        self.flows = Flows(modalities, dim, config.steps)
        self.refine = nn.Sequential(Linears(modalities, dim), nn.ReLU(), Linears(modalities, dim))
        classes = config.outputs if config.task == "classification" else 2 * _GREATEST + 1
        self.prior_mean = nn.Parameter(torch.zeros(classes, dim))
        self.prior_log_sd = nn.Parameter(torch.zeros(classes, dim))
        self.head = nn.Sequential(nn.Linear(modalities * dim, dim), nn.ReLU(), nn.Linear(dim, config.outputs))

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> DiCMoROutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available, names = available or {}, self.config.in_features
        features = side_by_side(self.project(inputs, available), names).transpose(0, 1)  # (M, B, D)
        has = present(inputs, available, names)
        kept = (leave_out(has, self.config.leave_out, generator) if self.training else has).T
        latent, log_det = self.flows(features.detach())
        recovered = self._recovered(latent, kept)
        filled = torch.where(kept.unsqueeze(-1), features, recovered)
        prediction = self.shaped(self.head(filled.transpose(0, 1).flatten(1)))
        return DiCMoROutput(prediction, features.detach(), latent, log_det, recovered, has.T, kept)

    def loss(self, output: DiCMoROutput, target: Tensor) -> LossTerms:
        """The task's loss, `"nll"` and `"recovery"`; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        place = label_class(target)
        cost = bits(output.latent, output.log_det, self.prior_mean[place], self.prior_log_sd[place])
        counts = output.has.sum(dim=1).clamp(min=1)
        nll = (cost.masked_fill(~output.has, 0).sum(dim=1) / counts).clamp(min=0).sum()
        error = (output.recovered - output.features).square().mean(dim=-1)
        recovery = mean_over(error, output.has & ~output.kept)
        total = self.config.task_weight * task + self.config.recovery * (nll + recovery)
        return LossTerms(total, task, {"nll": nll, "recovery": recovery})

    def _recovered(self, latent: Tensor, kept: Tensor) -> Tensor:
        """What the modalities kept say of each, (M, B, D): their mean latent through its inverse flow."""
        kept = kept.unsqueeze(-1)
        source = latent.masked_fill(~kept, 0).sum(dim=0) / kept.sum(dim=0).clamp(min=1)
        found = self.flows.inverse(source.expand_as(latent)).detach()  # likelihood alone trains the flows
        refined: Tensor = found + self.refine(found)
        return refined


SYSTEM = System(
    name="dicmor",
    label="DiCMoR",
    config=DiCMoRConfig,
    min_modalities=2,
    source="Wang, Cui and Li, ICCV 2023",
    faithful="affine couplings, a class-conditional prior common to the modalities, recovery through the "
    "latent; DiCMoR-style on pooled features: EUAR's projections, plain fusion, one stage of training",
)
