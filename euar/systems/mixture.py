"""EUAR around plain experts: its projections, gates, fusion and head, but an expert answers with a vector.

    h = sum_j G_j(x) E_j(x)     (Eq. 6)

There is nothing to draw, no KL term and no U-loss. Letters: B samples, N experts, D features, M modalities.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple, get_args

import torch
from torch import Generator, Tensor, nn

from euar._checks import check_positive, check_rows, check_width, check_word
from euar._layers import HEADS, Fusion, Head, ModalityDict, fuse, fused_width
from euar.gating import Renormalize, Routing, TopKGate
from euar.losses import AuxForm, load_balance_loss
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig

#: (N, D) to a module that maps (N, B, D) to (N, B, D), each expert its own slice.
Experts = Callable[[int, int], nn.Module]


@dataclass(frozen=True)
class MixtureConfig(SystemConfig):
    """The configuration of a `Mixture`.

    Attributes:
        num_experts: N, for each modality.
        k: experts chosen for each sample.
        renormalize: see `TopKGate`.
        aux_form: see `load_balance_loss`.
        fusion: `"concat"` or `"add"`.
        head: `"linear"` or `"mlp"`, see `EUARConfig`.
        beta: weight of the load-balancing loss.
    """

    num_experts: int = 8
    k: int = 3
    renormalize: Renormalize = "none"
    aux_form: AuxForm = "switch"
    fusion: Fusion = "concat"
    head: Head = "linear"
    beta: float = 1e-2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("num_experts", "k"):
            check_positive(name, getattr(self, name))
        check_word("renormalize", self.renormalize, get_args(Renormalize))
        check_word("aux_form", self.aux_form, get_args(AuxForm))
        check_word("fusion", self.fusion, get_args(Fusion))
        check_word("head", self.head, HEADS)
        self.check_weights("beta")


class PlainMoEOutput(NamedTuple):
    """What a mixture of plain experts returns.

    Attributes:
        hidden: (B, D), the h of Eq. 6.
        routing: where the gate sent each sample.
        aux: load-balancing loss, unweighted, 0-dim.
    """

    hidden: Tensor
    routing: Routing
    aux: Tensor


class PlainMoE(nn.Module):
    """A top-k gate over N experts that each return a vector.

    Args:
        config: its `dim`, `num_experts`, `k`, `renormalize` and `aux_form` count here.
        experts: builds the experts.

    Example:
        >>> from euar.systems.linear_experts import LinearExpertsConfig
        >>> moe = PlainMoE(LinearExpertsConfig({"text": 8}, dim=4), Linears)
        >>> moe(torch.zeros(2, 4)).hidden.shape
        torch.Size([2, 4])
    """

    def __init__(self, config: MixtureConfig, experts: Experts):
        super().__init__()
        self.dim, self.num_experts, self.aux_form = config.dim, config.num_experts, config.aux_form
        self.gate = TopKGate(config.dim, config.num_experts, config.k, config.renormalize)
        self.experts = experts(config.num_experts, config.dim)

    def forward(self, x: Tensor, available: Tensor | None = None) -> PlainMoEOutput:
        """Route a batch through its experts.

        Args:
            x: (B, D).
            available: (B,) bool; see `UncertaintyAwareMoE`.

        Raises:
            ValueError: x is not (B, D), or available not bool of shape (B,).
        """
        check_width("x", x, self.dim)
        if available is not None:
            check_rows("available", available, x.shape[0])
            x = x.masked_fill(~available.unsqueeze(-1), 0)
        routing = self.gate(x, available)
        answers = self.experts(x.expand(self.num_experts, -1, -1))  # (N, B, D)
        hidden = torch.einsum("bj,jbd->bd", routing.weights.to(answers.dtype), answers)  # Eq. 6
        return PlainMoEOutput(hidden, routing, load_balance_loss(routing, self.aux_form, available))


class MixtureOutput(NamedTuple):
    """What a `Mixture` returns.

    Attributes:
        prediction: see `Output`.
        joint: (B, M D) concatenated or (B, D) added: the head's input.
        moe: one `PlainMoEOutput` for each modality that was given.
    """

    prediction: Tensor
    joint: Tensor
    moe: dict[str, PlainMoEOutput]


class Mixture(MultimodalModel[MixtureOutput]):
    """A `PlainMoE` for each modality, fusion, one head.

    Args:
        config: see `MixtureConfig`.
        experts: builds the experts of one modality.

    Example:
        >>> from euar.systems.linear_experts import LinearExpertsConfig
        >>> model = Mixture(LinearExpertsConfig({"text": 8, "audio": 4}, dim=5), Linears)
        >>> model({"text": torch.zeros(2, 8), "audio": torch.zeros(2, 4)}).joint.shape
        torch.Size([2, 10])
    """

    stacks = True
    config: MixtureConfig

    def __init__(self, config: MixtureConfig, experts: Experts):
        super().__init__(config)
        self.moes = ModalityDict({m: PlainMoE(config, experts) for m in config.in_features})
        width = fused_width(config.dim, len(config.in_features), config.fusion)
        self.head = HEADS[config.head](width, config.outputs)

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> MixtureOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available = available or {}
        moe = {m: self.moes[m](x, available.get(m)) for m, x in self.project(inputs, available).items()}
        hidden = {m: out.hidden for m, out in moe.items()}
        joint = fuse(hidden, self.config.in_features, self.config.fusion)
        return MixtureOutput(self.shaped(self.head(joint)), joint, moe)

    def loss(self, output: MixtureOutput, target: Tensor) -> LossTerms:
        """The task's loss and the load balance, `"aux"`; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        aux = reduce(torch.add, (out.aux for out in output.moe.values()))
        return LossTerms(self.config.task_weight * task + self.config.beta * aux, task, {"aux": aux})


class Linears(nn.Module):
    """N linear layers side by side, (N, B, D) -> (N, B, out), each initialised like `nn.Linear`.

    Args:
        num_experts: N.
        dim: D.
        out: features that each layer returns; D by default.

    Example:
        >>> Linears(num_experts=3, dim=4, out=2)(torch.zeros(3, 5, 4)).shape
        torch.Size([3, 5, 2])
    """

    def __init__(self, num_experts: int, dim: int, out: int | None = None):
        super().__init__()
        layers = [nn.Linear(dim, dim if out is None else out) for _ in range(num_experts)]
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in layers]))
        self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers]).unsqueeze(1))

    def forward(self, x: Tensor) -> Tensor:
        """Return x_j W_j + b_j for each slice j."""
        return torch.baddbmm(self.bias, x, self.weight)
