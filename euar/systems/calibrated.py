"""EUAR whose sigma is trained to be the error that it announces, for each modality. Ours, not the paper's.

    o_m = w_m h_m + b_m                                     each modality measures the target
    r_m = f_m + sum_d w_md^2 sum_j G_j^2 sigma_jd^2         with the noise that its experts pass on
    p   = 1 / v_0 + sum_m 1 / r_m                           Bayes' rule: precisions add up
    y   = (m_0 / v_0 + sum_m o_m / r_m) / p,   v = f_0 + 1 / p
    L   = NLL(y, v) + views sum_m NLL(y_m, v_m) + alpha KL + beta aux + lam mean v

Under the paper's losses noise is a cost: however large the error of a row, it does not ask for a larger
sigma. A likelihood does, and here that of each modality alone: y_m and v_m are y and v with no other
modality. So a modality counts by how sure its experts are, and a missing one is a term less. m_0 and v_0 are
what is believed before any is seen, f_m is noise that no expert explains, f_0 that of the target itself, such
as raters who differ; all are learned. In training some rows of each modality are noisy, so that sigma sees
what noise looks like.

For classes, y are logits, whose noise the softmax takes in, see `announced`. Letters: B samples, M
modalities, C outputs, D features, N experts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
from torch import Generator, Tensor, nn
from torch.utils import _pytree

from euar._checks import check_inputs, check_share, check_target, check_word
from euar._layers import HEADS, ModalityDict
from euar._replicas import standard_normal
from euar.model import EUAR, EUARConfig
from euar.moe import MoEOutput, Output
from euar.propagation import Moments, of_mixture, through
from euar.systems.announced import likelihood, positive, said
from euar.systems.base import Inputs, LossTerms
from euar.systems.views import added, kept, mean_over, rows_of

Likelihood = Literal["gaussian", "beta-nll"]
_BETAS: dict[Likelihood, float] = {"gaussian": 0.0, "beta-nll": 0.5}  # 0.5 as its authors recommend
_WEAKEST, _STRONGEST = 0.1, 3.0  # noise in training, its standard deviation


@dataclass(frozen=True)
class CalibratedConfig(EUARConfig):
    """An `EUARConfig` whose `build` returns a `CalibratedEUAR`.

    `fusion`, `task_loss` and the options of the U-loss do not count; `likelihood` does for ratings alone.

    Attributes:
        output: `"mean"`; the draws of Eq. 3 are integrated.
        lam: weight of the mean of v, the U-loss of the prediction.
        likelihood: of ratings: `"gaussian"`, or `"beta-nll"`, which weighs each row by sqrt(v) (Seitzer et
            al., On the Pitfalls of Heteroscedastic Uncertainty Estimation, ICLR 2022).
        views: weight of what each modality predicts by itself.
        noisy: share of the training rows of each modality that get noise, drawn anew in each step, in the
            units of the inputs, which `fit` gives an SD of 1.

    Example:
        >>> CalibratedConfig({"text": 8, "audio": 4}, noisy=0.0).build().training
        True
    """

    output: Output = "mean"
    lam: float = 0.0
    likelihood: Likelihood = "gaussian"
    views: float = 1.0
    noisy: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_word("output", self.output, ("mean",))
        check_word("likelihood", self.likelihood, get_args(Likelihood))
        self.check_weights("views")
        check_share("noisy", self.noisy)

    def build(self) -> "CalibratedEUAR":
        """A freshly initialised model."""
        return CalibratedEUAR(self)


class CalibratedOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: (B,), or (B, outputs) when there is more than one; for classes the logits whose softmax is
            the probability, noise included.
        variance: (B,) or (B, outputs): v, in the square of the target's unit, of logits for classes.
        measured: {modality given: o_m and r_m, (B, C) each}; without meaning where it is missing.
        rows: {modality given: (B,) bool}, the rows that have it.
        moe: one `MoEOutput` for each modality that was given.
        before: m_0 and v_0, (C,) and (1,).
        common: f_0, (1,).
    """

    prediction: Tensor
    variance: Tensor
    measured: dict[str, Moments]
    rows: dict[str, Tensor]
    moe: dict[str, MoEOutput]
    before: Moments
    common: Tensor

    @property
    def alone(self) -> dict[str, Moments]:
        """{modality given: y_m and v_m, (B, C) each}; without meaning where it is missing."""
        each = {m: {m: of} for m, of in self.measured.items()}
        return {m: believed(one, self.rows, self.before, self.common) for m, one in each.items()}

    @property
    def weights(self) -> dict[str, Tensor]:
        """{modality given: (B, C)}, each one's part of the precision that modalities bring; they sum to 1."""
        precise = {m: kept(1 / of.variance, self.rows[m]) for m, of in self.measured.items()}
        total = added(precise.values())
        return {m: part / total for m, part in precise.items()}


for _kind in (Moments, CalibratedOutput):  # so that torch.export saves them
    _pytree._register_namedtuple(_kind, serialized_type_name=f"{_kind.__module__}.{_kind.__name__}")


class CalibratedEUAR(EUAR):
    """An `EUAR` that says how wrong it will be, and how wrong each of its modalities.

    Args:
        config: see `CalibratedConfig`.

    Example:
        >>> model = CalibratedConfig({"text": 8, "audio": 4}).build()
        >>> output = model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)})
        >>> output.measured["text"].variance.shape, bool((output.variance > 0).all())
        (torch.Size([2, 1]), True)
    """

    config: CalibratedConfig

    def __init__(self, config: CalibratedConfig):
        super().__init__(config)
        del self.head  # one for all would not know whose noise it passes on
        head, names = HEADS[config.head], config.in_features
        self.heads = ModalityDict({m: head(config.dim, config.outputs) for m in names})
        self.prior = nn.Parameter(torch.zeros(config.outputs))  # m_0
        self.before = nn.Parameter(torch.ones(1))  # v_0 and the two below before their softplus
        self.floor = nn.Parameter(torch.zeros(len(names)))  # f_m
        self.common = nn.Parameter(-torch.ones(1))  # f_0

    def forward(  # type: ignore[override]  # its prediction has a variance
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> CalibratedOutput:
        """Predict a batch; arguments and errors: `EUAR.forward`."""
        available = available or {}
        if self.training and self.config.noisy:
            check_inputs(inputs, available, self.config.in_features)
            given = (m for m in self.config.in_features if m in inputs)  # the order of the draws
            inputs = {m: _noisy(inputs[m], self.config.noisy, generator) for m in given}
        projected = self.project(inputs, available)
        moe = {m: self.moes[m](x, available.get(m), generator) for m, x in projected.items()}
        floors = dict(zip(self.moes, positive(self.floor), strict=True))
        measured = {m: self._measured(m, out, floors[m]) for m, out in moe.items()}
        rows = rows_of(projected, available)
        before, common = Moments(self.prior, positive(self.before)), positive(self.common)
        prediction, variance = self._said(believed(measured, rows, before, common))
        return CalibratedOutput(prediction, variance, measured, rows, moe, before, common)

    def loss(self, output: CalibratedOutput, target: Tensor) -> LossTerms:  # type: ignore[override]
        """The objective above; `parts`: `"views"`, `"kl"`, `"aux"`, summed over modalities, and `"u"`.

        Arguments and errors: `EUAR.loss`.
        """
        check_target(target, output.prediction, self.config.task)
        config, u = self.config, output.variance.mean()
        task = self._likelihood(output.prediction, output.variance, target).mean()
        views = added(
            mean_over(self._likelihood(*self._said(alone), target), output.rows[m])
            for m, alone in output.alone.items()
        )
        kl, aux = (added(out.losses[name] for out in output.moe.values()) for name in ("kl", "aux"))
        total = config.task_weight * (task + config.views * views)
        total = total + config.alpha * kl + config.beta * aux + config.lam * u
        return LossTerms(total, task, {"views": views, "kl": kl, "aux": aux, "u": u})

    def _measured(self, modality: str, out: MoEOutput, floor: Tensor) -> Moments:
        """The o_m and r_m, (B, C)."""
        passed = through(self.heads[modality], of_mixture(out))
        return passed._replace(variance=passed.variance + floor)

    def _said(self, belief: Moments) -> Moments:
        """The prediction that a belief stands for and its variance, shaped as the target."""
        return Moments(self.shaped(said(belief, self.config.task)), self.shaped(belief.variance))

    def _likelihood(self, prediction: Tensor, variance: Tensor, target: Tensor) -> Tensor:
        """The negative log-likelihood of each row, (B,), weighed as the configuration says."""
        return likelihood(prediction, variance, target, _BETAS[self.config.likelihood])


def believed(
    measured: Mapping[str, Moments], rows: Mapping[str, Tensor], before: Moments, common: Tensor
) -> Moments:
    """Return the y and v that follow from some measurements, (B, C).

    Args:
        measured: {modality: o_m and r_m, (B, C) each}.
        rows: {modality: (B,) bool}, the rows that have it.
        before: m_0 and v_0, what is believed before any is seen.
        common: f_0, noise of the target itself.

    Example:
        >>> one, rows = Moments(torch.tensor([[2.0]]), torch.tensor([[1.0]])), torch.tensor([True])
        >>> believed({"a": one}, {"a": rows}, Moments(torch.zeros(1), torch.ones(1)), torch.zeros(1))
        Moments(mean=tensor([[1.]]), variance=tensor([[0.5000]]))
    """
    precise = {m: kept(1 / of.variance, rows[m]) for m, of in measured.items()}
    precision = 1 / before.variance + added(precise.values())
    total = before.mean / before.variance + added(precise[m] * of.mean for m, of in measured.items())
    return Moments(total / precision, 1 / precision + common)


def _noisy(x: Tensor, share: float, generator: Generator | None) -> Tensor:
    """Add normal noise to a share of the rows (B, d), each of a strength that is log-uniform."""
    hit, level = (torch.special.ndtr(standard_normal(x, (len(x), 1), generator)) for _ in range(2))  # uniform
    strength = _WEAKEST * (_STRONGEST / _WEAKEST) ** level
    noise: Tensor = (hit < share) * strength * standard_normal(x, x.shape, generator)
    return x + noise
