"""The whole model (Eq. 11-12): a projection and a mixture of experts for each modality, fusion, one head.

    L = L_task + alpha sum_m KL_m + beta sum_m aux_m + lam sum_m U_m     (Eq. 12)

Letters: B samples, N experts, k chosen, D features, M modalities.
"""

import dataclasses
from typing import Any, NamedTuple, Self, cast, get_args

from torch import Generator, Tensor
from torch.utils import _pytree

from euar._abreast import abreast
from euar._checks import check_positive, check_word, is_number, shown
from euar._layers import HEADS, Fusion, Head, ModalityDict, Projection, fuse, fused_width
from euar.gating import Renormalize
from euar.losses import AuxForm, Detach, Reduce
from euar.moe import CHOICES, KLExperts, MoEOutput, Output, UncertaintyAwareMoE
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import Config, Task, TaskLoss
from euar.systems.registry import find


@dataclasses.dataclass(frozen=True)
class EUARConfig(Config):
    """All that decides an `EUAR` but its weights. The defaults are our recommended reading of the paper.

    Attributes:
        in_features: width of each modality's features; its order is the order of fusion.
        dim: D, width of the projected features and of the experts' outputs.
        num_experts: N, for each modality.
        k: experts chosen for each sample.
        projection: features to D: `"linear-norm"` (Linear + LayerNorm), `"linear"`, `"linear-nobias"`, or
            `"none"` for features that are D wide.
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

    Example:
        >>> config = EUARConfig({"text": 768, "audio": 88}, k=2)
        >>> EUARConfig.from_dict(config.to_dict()) == config
        True
    """

    in_features: dict[str, int]
    dim: int = 64
    num_experts: int = 8
    k: int = 3
    projection: Projection = "linear-norm"
    renormalize: Renormalize = "none"
    output: Output = "sample"
    log_var_range: tuple[float, float] | None = (-8.0, 5.0)
    kl_reduce: Reduce = "mean"
    kl_experts: KLExperts = "all"
    aux_form: AuxForm = "switch"
    u_reduce: Reduce = "mean"
    u_experts: Reduce = "mean"
    u_detach: Detach = None
    fusion: Fusion = "concat"
    head: Head = "linear"
    task: Task = "regression"
    outputs: int = 1
    task_loss: TaskLoss = None
    task_weight: float = 1.0
    alpha: float = 1e-3
    beta: float = 1e-2
    lam: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("num_experts", "k"):
            check_positive(name, getattr(self, name))
        for name, allowed in {**CHOICES, "fusion": get_args(Fusion), "head": HEADS}.items():
            check_word(name, getattr(self, name), allowed)
        self.check_weights("alpha", "beta", "lam")
        bounds = self.log_var_range
        pair = isinstance(bounds, tuple | list) and len(bounds) == 2 and all(map(is_number, bounds))
        if bounds is not None and not (pair and bounds[0] < bounds[1]):
            raise ValueError(f"log_var_range: expected (low, high) with low < high, found {shown(bounds)}")
        object.__setattr__(self, "log_var_range", None if bounds is None else tuple(bounds))

    @classmethod
    def paper(cls, in_features: dict[str, int], **changes: Any) -> Self:
        """The paper to the letter: Eq. 1-12 and Section 4.1.

        N = 8, D = 64 and sums over D are ours, since its main text gives none of them; the supplement was not
        seen.

        Example:
            >>> EUARConfig.paper({"text": 768}).aux_form
            'paper'
        """
        literal: dict[str, Any] = {
            "projection": "linear",
            "kl_reduce": "sum",
            "u_reduce": "sum",
            "aux_form": "paper",
            "beta": 1e-5,
        }
        return cls(in_features=in_features, **literal | changes)

    @classmethod
    def released(cls, in_features: dict[str, int], **changes: Any) -> Self:
        """The arithmetic of the paper's released code after its encoders.

        Example:
            >>> EUARConfig.released({"text": 768}, k=2).num_experts
            4
        """
        literal: dict[str, Any] = {
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
        if changes.get("task") == "classification":
            literal["task_loss"] = None  # it knows ratings alone; classes have one loss
        return cls(in_features=in_features, **literal | changes)

    @classmethod
    def calibrated(cls, in_features: dict[str, int], **changes: Any) -> "EUARConfig":
        """Our own reading, whose sigma is trained to be the error that it announces.

        Example:
            >>> EUARConfig.calibrated({"text": 768, "audio": 88}).likelihood
            'gaussian'
        """
        return cast(EUARConfig, find("calibrated").configure(in_features, **changes))

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


_pytree.register_pytree_node(
    EUAROutput,
    lambda out: (list(out), None),
    lambda parts, _: EUAROutput(*parts),
    serialized_type_name="euar.model.EUAROutput",  # so that torch.export saves it
)


class EUAR(MultimodalModel[EUAROutput]):
    """Enhanced experts with uncertainty-aware routing (Eq. 1-12, Figure 2).

    Args:
        config: see `EUARConfig`.

    Example:
        >>> import torch
        >>> model = EUARConfig({"text": 3, "audio": 2}).build()
        >>> output = model({"text": torch.zeros(4, 3), "audio": torch.zeros(4, 2)})
        >>> output.prediction.shape, sorted(model.loss(output, torch.zeros(4)).parts)
        (torch.Size([4]), ['aux', 'kl', 'u'])
    """

    stacks = True
    config: EUARConfig

    def __init__(self, config: EUARConfig):
        super().__init__(config)
        options = {name: getattr(config, name) for name in ("log_var_range", *CHOICES)}
        self.moes = ModalityDict(
            {
                m: UncertaintyAwareMoE(config.dim, config.num_experts, config.k, **options)
                for m in config.in_features
            }
        )
        width = fused_width(config.dim, len(config.in_features), config.fusion)
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
        projected = self.project(inputs, available)
        moe = abreast(self.moes, projected, available, generator)
        hidden = {m: out.hidden for m, out in moe.items()}
        joint = fuse(hidden, self.config.in_features, self.config.fusion)
        return EUAROutput(self.shaped(self.head(joint)), joint, moe)

    def loss(self, output: EUAROutput, target: Tensor) -> LossTerms:
        """The objective and its terms (Eq. 11, 12); `parts`: `"kl"`, `"aux"`, `"u"`, summed over modalities.

        Args:
            output: of `forward`.
            target: float like the prediction for regression; int64 (B,) for classification.

        Raises:
            ValueError: any other shape or dtype of target.
        """
        return self.objective(self.task_loss(output.prediction, target), output.moe)  # Eq. 11

    def objective(self, task: Tensor, moe: dict[str, MoEOutput]) -> LossTerms:
        """Eq. 12 around a loss of the task.

        Args:
            task: 0-dim.
            moe: of an `EUAROutput`.
        """
        config, none = self.config, task.new_zeros(())
        kl, aux, u = (sum((out.losses[n] for out in moe.values()), start=none) for n in ("kl", "aux", "u"))
        total = config.task_weight * task + config.alpha * kl + config.beta * aux + config.lam * u  # Eq. 12
        return LossTerms(total, task, {"kl": kl, "aux": aux, "u": u})
