"""The whole model (Eq. 11-12): a projection and a mixture of experts for each modality, fusion, one head.

    L = L_task + alpha sum_m KL_m + beta sum_m aux_m + lam sum_m U_m     (Eq. 12)

Letters: B samples, N experts, k chosen, D features, M modalities.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Self

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, l1_loss, mse_loss

from euar._checks import check_inputs, check_positive, check_target, check_word
from euar._layers import HEADS, PROJECTIONS
from euar.gating import Renormalize
from euar.losses import AuxForm, Detach, Reduce
from euar.moe import CHOICES, KLExperts, MoEOutput, Output, UncertaintyAwareMoE

Inputs = Mapping[str, Tensor]


@dataclasses.dataclass(frozen=True)
class EUARConfig:
    """All that decides an `EUAR` but its weights. The defaults are our recommended reading of the paper.

    Attributes:
        in_features: width of each modality's features; its order is the order of fusion.
        dim: D, width of the projected features and of the experts' outputs.
        num_experts: N, for each modality.
        k: experts chosen for each sample.
        projection: features to D: `"linear-norm"` (Linear + LayerNorm), `"linear"`, `"linear-nobias"`.
        renormalize: this and the next eight are options of `UncertaintyAwareMoE`.
        output: see there.
        log_var_range: see there.
        kl_reduce: see there.
        kl_experts: see there.
        aux_form: see there.
        u_reduce: see there.
        u_experts: see there.
        u_detach: see there.
        fusion: `"concat"` or `"add"`.
        head: `"linear"` (Eq. 11's one layer) or `"mlp"` (the released code's).
        task: `"regression"` or `"classification"`.
        outputs: numbers to predict, or classes.
        task_loss: `"mse"` or `"l1"`, or `"cross-entropy"` for classification; None takes the first that fits.
        task_weight: factor of the task's loss; 1 in Eq. 12.
        alpha: weight of the KL divergence.
        beta: weight of the load-balancing loss.
        lam: weight of the U-loss, the paper's lambda.
    """

    in_features: dict[str, int]
    dim: int = 64
    num_experts: int = 8
    k: int = 3
    projection: Literal["linear-norm", "linear", "linear-nobias"] = "linear-norm"
    renormalize: Renormalize = "none"
    output: Output = "sample"
    log_var_range: tuple[float, float] | None = (-8.0, 5.0)
    kl_reduce: Reduce = "mean"
    kl_experts: KLExperts = "all"
    aux_form: AuxForm = "switch"
    u_reduce: Reduce = "mean"
    u_experts: Reduce = "mean"
    u_detach: Detach = None
    fusion: Literal["concat", "add"] = "concat"
    head: Literal["linear", "mlp"] = "linear"
    task: Literal["regression", "classification"] = "regression"
    outputs: int = 1
    task_loss: Literal["mse", "l1", "cross-entropy", None] = None
    task_weight: float = 1.0
    alpha: float = 1e-3
    beta: float = 1e-2
    lam: float = 1e-3

    def __post_init__(self):
        object.__setattr__(self, "in_features", dict(self.in_features))
        _check_config(self)

    @classmethod
    def paper(cls, in_features: dict[str, int], **changes: Any) -> Self:
        """The paper to the letter: Eq. 1-12 and Section 4.1.

        N = 8, D = 64 and sums over D are ours, since its main text gives none of them; the supplement was not
        seen.
        """
        literal = {
            "projection": "linear",
            "kl_reduce": "sum",
            "u_reduce": "sum",
            "aux_form": "paper",
            "beta": 1e-5,
        }
        return cls(in_features=in_features, **literal | changes)

    @classmethod
    def released(cls, in_features: dict[str, int], **changes: Any) -> Self:
        """The arithmetic of the paper's released code after its encoders."""
        literal = {
            "dim": 72,
            "num_experts": 4,
            "projection": "linear-nobias",
            "output": "mean",
            "renormalize": "batch",
            "log_var_range": None,
            "kl_reduce": "sum",
            "u_reduce": "sum",
            "u_experts": "sum",
            "aux_form": "released",
            "head": "mlp",
            "task_loss": "l1",
            "task_weight": 10.0,
            "alpha": 1e-5,
            "beta": 1e-5,
            "lam": 1e-5,
        }
        return cls(in_features=in_features, **literal | changes)

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON.

        Raises:
            ValueError: a field that EUARConfig does not have.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        for name in fields:
            check_word("field of EUARConfig", name, sorted(known))
        bounds = fields.get("log_var_range", (-8.0, 5.0))
        return cls(**{**fields, "log_var_range": None if bounds is None else tuple(bounds)})

    def build(self) -> "EUAR":
        """A freshly initialised model."""
        return EUAR(self)


class EUAROutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: (B,), or (B, outputs) when there is more than one; logits for classification.
        joint: (B, M D) concatenated or (B, D) added: the head's input.
        moe: one `MoEOutput` for each modality that was given.
    """

    prediction: Tensor
    joint: Tensor
    moe: dict[str, MoEOutput]


class LossTerms(NamedTuple):
    """The terms of Eq. 12, 0-dim; `kl`, `aux` and `u` are sums over modalities without their weights."""

    total: Tensor
    task: Tensor
    kl: Tensor
    aux: Tensor
    u: Tensor


class EUAR(nn.Module):
    """Enhanced experts with uncertainty-aware routing (Eq. 1-12, Figure 2).

    Args:
        config: see `EUARConfig`.
    """

    def __init__(self, config: EUARConfig):
        super().__init__()
        self.config = config
        project = PROJECTIONS[config.projection]
        options = {name: getattr(config, name) for name in ("log_var_range", *CHOICES)}
        self.projections = nn.ModuleDict({m: project(d, config.dim) for m, d in config.in_features.items()})
        self.moes = nn.ModuleDict(
            {
                m: UncertaintyAwareMoE(config.dim, config.num_experts, config.k, **options)
                for m in config.in_features
            }
        )
        width = config.dim * (len(config.in_features) if config.fusion == "concat" else 1)
        self.head = HEADS[config.head](width, config.outputs)

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> EUAROutput:
        """Predict a batch.

        Args:
            inputs: {modality: (B, d) float}. A modality that is not there is unavailable for every row.
            available: {modality: (B,) bool}; True for all by default.
            generator: source of the noise of Eq. 3.

        Raises:
            ValueError: an unknown modality, a wrong width, unequal batches, a mask that is not bool of shape
                (B,), or a row without any modality.
        """
        available = available or {}
        rows = check_inputs(inputs, available, self.config.in_features)
        moe = {}
        for m in (m for m in self.config.in_features if m in inputs):
            mask = available.get(m)
            x = inputs[m] if mask is None else inputs[m].masked_fill(~mask.unsqueeze(-1), 0)
            moe[m] = self.moes[m](self.projections[m](x), mask, generator)
        missing = next(iter(moe.values())).hidden.new_zeros(rows, self.config.dim)
        hidden = [moe[m].hidden if m in moe else missing for m in self.config.in_features]
        joint = (
            torch.cat(hidden, dim=-1) if self.config.fusion == "concat" else torch.stack(hidden).sum(dim=0)
        )
        prediction = self.head(joint)
        flat = self.config.task == "regression" and self.config.outputs == 1
        return EUAROutput(prediction.squeeze(-1) if flat else prediction, joint, moe)

    @torch.no_grad()
    def predict(self, inputs: Inputs, available: Inputs | None = None) -> Tensor:
        """Predict in evaluation mode, without gradients: experts answer with their means.

        Args:
            inputs: as in `forward`.
            available: as in `forward`.

        Returns:
            The `prediction` of `EUAROutput`.
        """
        training = self.training
        self.eval()
        try:
            return self(inputs, available).prediction
        finally:
            self.train(training)

    def loss(self, output: EUAROutput, target: Tensor) -> LossTerms:
        """The objective and its terms (Eq. 11, 12).

        Args:
            output: of `forward`.
            target: float like the prediction for regression; int64 (B,) for classification.

        Raises:
            ValueError: any other shape or dtype of target.
        """
        config = self.config
        check_target(target, output.prediction, config.task)
        task = _TASK_LOSSES[config.task_loss or _FITTING[config.task][0]](output.prediction, target)  # Eq. 11
        kl, aux, u = (sum(out.losses[name] for out in output.moe.values()) for name in ("kl", "aux", "u"))
        total = config.task_weight * task + config.alpha * kl + config.beta * aux + config.lam * u  # Eq. 12
        return LossTerms(total, task, kl, aux, u)


_TASK_LOSSES = {"mse": mse_loss, "l1": l1_loss, "cross-entropy": cross_entropy}
_FITTING = {"regression": ("mse", "l1"), "classification": ("cross-entropy",)}


def _check_config(config: EUARConfig) -> None:
    if not config.in_features:
        raise ValueError("in_features: expected at least one modality, found none")
    for name, width in config.in_features.items():
        check_positive(f"in_features[{name!r}]", width)
    for name in ("dim", "num_experts", "k", "outputs"):
        check_positive(name, getattr(config, name))
    words = {
        **CHOICES,
        "projection": PROJECTIONS,
        "fusion": ("concat", "add"),
        "head": HEADS,
        "task": _FITTING,
    }
    for name, allowed in words.items():
        check_word(name, getattr(config, name), allowed)
    check_word("task_loss", config.task_loss, (None, *_FITTING[config.task]))
    if config.task == "classification" and config.outputs < 2:
        raise ValueError(f"outputs: expected at least 2 classes, found {config.outputs}")
    for name in ("task_weight", "alpha", "beta", "lam"):
        if not 0 <= getattr(config, name) < float("inf"):
            raise ValueError(f"{name}: expected a finite number >= 0, found {getattr(config, name)!r}")
    if config.log_var_range is not None and not config.log_var_range[0] < config.log_var_range[1]:
        raise ValueError(f"log_var_range: expected (low, high) with low < high, found {config.log_var_range}")
