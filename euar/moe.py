"""The uncertainty-aware mixture of experts of one modality (Eq. 6), with its three losses.

    h = sum_j G_j(x) E_j(x)

Letters: B samples, N experts, k chosen, D features.
"""

from typing import Literal, NamedTuple, get_args

from torch import Generator, Tensor, nn

from euar._checks import check_positive, check_rows, check_width, check_word
from euar.experts import Gaussian, GaussianExperts, RoutedGaussian
from euar.gating import Renormalize, Routing, TopKGate
from euar.losses import AuxForm, Detach, Reduce, kl_divergence, load_balance_loss, uncertainty_loss

Output = Literal["sample", "mean"]
KLExperts = Literal["all", "selected"]

#: The words that each option of `UncertaintyAwareMoE` may take.
CHOICES: dict[str, tuple[str | None, ...]] = {
    "renormalize": get_args(Renormalize),
    "output": get_args(Output),
    "kl_reduce": get_args(Reduce),
    "kl_experts": get_args(KLExperts),
    "aux_form": get_args(AuxForm),
    "u_reduce": get_args(Reduce),
    "u_experts": get_args(Reduce),
    "u_detach": get_args(Detach),
}


class MoEOutput(NamedTuple):
    """What a mixture of experts returns.

    Attributes:
        hidden: (B, D), the h of Eq. 6.
        routing: where the gate sent each sample.
        gaussian: (B, N, D), every expert's answer; a `RoutedGaussian` (B, k, D), in the order of
            `routing.index`, where only the chosen experts were asked.
        losses: `{"kl", "aux", "u"}`, unweighted, 0-dim.
    """

    hidden: Tensor
    routing: Routing
    gaussian: Gaussian
    losses: dict[str, Tensor]


class UncertaintyAwareMoE(nn.Module):
    """A top-k gate over Gaussian experts (Eq. 6).

    Args:
        dim: D, width of the input and of the output.
        num_experts: how many experts, N.
        k: experts chosen for each sample.
        renormalize: see `TopKGate`.
        output: what an expert returns. `"sample"`: z of Eq. 3 in training, the mean in evaluation; `"mean"`:
            the mean always, as the paper's released code does.
        log_var_range: see `GaussianExperts`.
        kl_reduce: KL over D, see `kl_divergence`.
        kl_experts: KL over `"all"` experts, or over the `"selected"` ones, which alone are then computed.
        aux_form: see `load_balance_loss`.
        u_reduce: U-loss over D, see `uncertainty_loss`.
        u_experts: U-loss over experts, see `uncertainty_loss`.
        u_detach: see `uncertainty_loss`.

    Example:
        >>> import torch
        >>> moe = UncertaintyAwareMoE(dim=4, num_experts=3, k=2)
        >>> output = moe(torch.zeros(5, 4))
        >>> output.hidden.shape, sorted(output.losses)
        (torch.Size([5, 4]), ['aux', 'kl', 'u'])
    """

    def __init__(  # noqa: PLR0913  one argument for each point that the paper leaves open
        self,
        dim: int,
        num_experts: int = 8,
        k: int = 3,
        *,
        renormalize: Renormalize = "none",
        output: Output = "sample",
        log_var_range: tuple[float, float] | None = (-8.0, 5.0),
        kl_reduce: Reduce = "mean",
        kl_experts: KLExperts = "all",
        aux_form: AuxForm = "switch",
        u_reduce: Reduce = "mean",
        u_experts: Reduce = "mean",
        u_detach: Detach = None,
    ):
        super().__init__()
        check_positive("dim", dim)
        check_positive("num_experts", num_experts)
        self.dim = dim
        self.output, self.kl_experts, self.kl_reduce = output, kl_experts, kl_reduce
        self.aux_form = aux_form
        self.u_reduce, self.u_experts, self.u_detach = u_reduce, u_experts, u_detach
        self.gate = TopKGate(dim, num_experts, k, renormalize)
        self.experts = GaussianExperts(num_experts, dim, dim, log_var_range)
        for name in CHOICES.keys() - {"renormalize"}:  # the gate has checked its own
            check_word(name, getattr(self, name), CHOICES[name])

    def forward(
        self, x: Tensor, available: Tensor | None = None, generator: Generator | None = None
    ) -> MoEOutput:
        """Route a batch through its experts.

        Args:
            x: (B, D).
            available: (B,) bool. Rows that are not get hidden 0 and weights 0, count in no mean, and neither
                change the result nor receive a gradient, even if they hold NaN. All are by default.
            generator: source of the noise of Eq. 3.

        Raises:
            ValueError: x is not (B, D), or available not bool of shape (B,).
        """
        check_width("x", x, self.dim)
        if available is not None:
            check_rows("available", available, len(x))
            x = x.masked_fill(~available.unsqueeze(-1), 0)  # 0 * NaN is NaN: cut the row before any product
        routing = self.gate(x, available)
        gaussian = self.experts(x, self._asked(routing))
        hidden = self._combine(routing, self._of_chosen(gaussian, routing), generator)
        return MoEOutput(hidden, routing, gaussian, self._losses(gaussian, routing, available))

    def _asked(self, routing: Routing) -> Tensor | None:
        """The experts to compute: None for all."""
        selected = self.kl_experts == "selected" and self.gate.k < self.experts.num_experts
        return routing.index if selected else None

    def _of_chosen(self, gaussian: Gaussian, routing: Routing) -> Gaussian:
        """The Gaussians of the chosen experts, (B, k, D), in the order of `routing.index`."""
        if self._asked(routing) is not None:
            return gaussian
        index = routing.index.unsqueeze(-1).expand(-1, -1, self.dim)
        return RoutedGaussian(gaussian.mean.gather(1, index), gaussian.log_var.gather(1, index))

    def _combine(self, routing: Routing, chosen: Gaussian, generator: Generator | None) -> Tensor:
        sampled = self.output == "sample" and self.training
        answer = chosen.rsample(generator) if sampled else chosen.mean  # E_j(x), (B, k, D)
        weights = routing.weights.gather(-1, routing.index).unsqueeze(-1)  # (B, k, 1)
        return (weights * answer).sum(dim=1)  # Eq. 6, (B, D)

    def _losses(self, gaussian: Gaussian, routing: Routing, available: Tensor | None) -> dict[str, Tensor]:
        return {
            "kl": kl_divergence(gaussian, self.kl_reduce, available),
            "aux": load_balance_loss(routing, self.aux_form, available),
            "u": uncertainty_loss(gaussian, routing, self.u_reduce, self.u_experts, self.u_detach, available),
        }
