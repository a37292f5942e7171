"""The uncertainty-aware mixture of experts of one modality (Eq. 6), with its three losses.

    h = sum_j G_j(x) E_j(x)

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Callable
from functools import cache
from typing import Literal, TypeVar, get_args

import torch
from torch import Generator, Tensor, nn

from euar import _kernels
from euar._checks import check_positive, check_rows, check_width, check_word
from euar._replicas import sees_values, standard_normal
from euar.experts import Gaussian, GaussianExperts, RoutedGaussian
from euar.gating import Renormalize, Routing, TopKGate
from euar.losses import (
    AuxForm,
    Detach,
    Reduce,
    kl_divergence,
    load_balance_loss,
    uncertainty_loss,
    weighted_variance,
)

Output = Literal["sample", "mean"]
KLExperts = Literal["all", "selected"]
Losses = dict[str, Tensor]
_T = TypeVar("_T")

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


class MoEOutput:
    """What a mixture of experts returns.

    Args:
        hidden: this and the others are the attributes below; `gaussian` and `losses` may be functions that
            return theirs, called when they are first read.

    Attributes:
        hidden: (B, D), the h of Eq. 6.
        routing: where the gate sent each sample.
        gaussian: (B, N, D), every expert's answer; a `RoutedGaussian` (B, k, D), in the order of
            `routing.index`, where only the chosen experts were asked.
        losses: `{"kl", "aux", "u"}`, unweighted, 0-dim.

    Example:
        >>> moe = UncertaintyAwareMoE(dim=4, num_experts=3, k=2).eval()
        >>> moe(torch.zeros(5, 4)).gaussian.mean.shape  # computed now
        torch.Size([5, 3, 4])
    """

    def __init__(
        self,
        hidden: Tensor,
        routing: Routing,
        gaussian: Gaussian | Callable[[], Gaussian],
        losses: Losses | Callable[[], Losses],
    ):
        self.hidden = hidden
        self.routing = routing
        self._gaussian = gaussian
        self._losses = losses

    @property
    def gaussian(self) -> Gaussian:
        """(B, N, D) or (B, k, D), see the class."""
        return self._gaussian if isinstance(self._gaussian, Gaussian) else self._gaussian()

    @property
    def losses(self) -> Losses:
        """Three losses, see the class."""
        return self._losses if isinstance(self._losses, dict) else self._losses()


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
        if not self.training and sees_values():
            return self._predict(x, routing, available)
        every_kl = self.kl_experts == "all"
        if _kernels.sorts(x, self.experts.num_experts, self.gate.k, every_kl=every_kl):
            return self._sorted(x, routing, available, generator)
        return self._dense(x, routing, available, generator)

    def _dense(
        self, x: Tensor, routing: Routing, available: Tensor | None, generator: Generator | None
    ) -> MoEOutput:
        """The definition: the experts answer, the chosen are weighed, the losses are those of the answers."""
        gaussian = self._gaussian(x, routing)
        chosen = gaussian if self._selects else _chosen(gaussian, routing)
        answer = chosen.rsample(generator) if self._samples else chosen.mean  # E_j(x), (B, k, D)
        hidden = _weighed(answer, routing)
        return MoEOutput(hidden, routing, gaussian, self._losses(gaussian, routing, available))

    def _sorted(
        self, x: Tensor, routing: Routing, available: Tensor | None, generator: Generator | None
    ) -> MoEOutput:
        """The same numbers without a (B, N, 2 D) tensor, see `_kernels`; rows not available are left out."""
        kept = None if available is None else available.nonzero().squeeze(1)
        rows, index, gate = (_rows(part, kept) for part in (x, routing.index, routing.chosen_weights))
        noise = None
        if self._samples:
            noise = _rows(standard_normal(x, (*routing.index.shape, self.dim), generator), kept)
        weight, bias, bounds = self.experts.weight, self.experts.bias, self.experts.log_var_range
        if self._selects:
            answers, num_kl = _kernels.chosen(rows, index, weight, bias), self.gate.k
            hidden, kl, variance = _kernels.combine(answers, gate, noise, bounds)
        else:
            num_kl = self.experts.num_experts
            answers, kl = _kernels.chosen_and_kl(rows, index, weight, bias, bounds)
            hidden, _, variance = _kernels.combine(answers, gate, noise, bounds)
        if kept is not None:
            hidden = torch.zeros_like(x).index_copy(0, kept, hidden)
        u = weighted_variance(variance, gate, self.u_detach).sum()
        num_u = self.experts.num_experts if self.u_experts == "mean" else 1
        losses = {
            "kl": self._mean(kl, self.kl_reduce, len(rows), num_kl),
            "aux": load_balance_loss(routing, self.aux_form, available),
            "u": self._mean(u, self.u_reduce, len(rows), num_u),
        }
        return MoEOutput(hidden, routing, self._later(lambda: self._gaussian(x, routing)), losses)

    def _predict(self, x: Tensor, routing: Routing, available: Tensor | None) -> MoEOutput:
        """The means of the chosen are all that a prediction needs; the rest waits until someone reads it."""
        hidden = _weighed(self.experts.means(x, routing.index), routing)
        gaussian = self._later(lambda: self._gaussian(x, routing))
        losses = self._later(lambda: self._losses(gaussian(), routing, available))
        return MoEOutput(hidden, routing, gaussian, losses)

    @property
    def _samples(self) -> bool:
        return self.output == "sample" and self.training

    @property
    def _selects(self) -> bool:
        """Whether the chosen experts alone are asked."""
        return self.kl_experts == "selected" and self.gate.k < self.experts.num_experts

    def _gaussian(self, x: Tensor, routing: Routing) -> Gaussian:
        gaussian: Gaussian = self.experts(x, routing.index if self._selects else None)
        return gaussian

    def _losses(self, gaussian: Gaussian, routing: Routing, available: Tensor | None) -> Losses:
        return {
            "kl": kl_divergence(gaussian, self.kl_reduce, available),
            "aux": load_balance_loss(routing, self.aux_form, available),
            "u": uncertainty_loss(gaussian, routing, self.u_reduce, self.u_experts, self.u_detach, available),
        }

    def _mean(self, total: Tensor, reduce: Reduce, rows: int, experts: int) -> Tensor:
        """The mean of a sum over rows, experts and, unless it is to be summed, D."""
        return total / (max(rows, 1) * experts * (self.dim if reduce == "mean" else 1))

    def _later(self, compute: Callable[[], _T]) -> Callable[[], _T]:
        """A function that computes with the weights of now, once, or says that they have changed."""
        versions, graph = [p._version for p in self.experts.parameters()], torch.is_grad_enabled()

        @cache
        def value() -> _T:
            if [p._version for p in self.experts.parameters()] != versions:
                raise RuntimeError(
                    "gaussian, losses: the experts' weights have changed since this batch; read them before "
                    "the optimiser's step, or run the batch again"
                )
            with torch.set_grad_enabled(graph):
                return compute()

        return value


def _rows(part: Tensor, kept: Tensor | None) -> Tensor:
    """The rows to keep; all of them when None."""
    return part if kept is None else part.index_select(0, kept)


def _weighed(answer: Tensor, routing: Routing) -> Tensor:
    """Eq. 6: what the chosen experts answer, (B, k, D), weighed and added, (B, D)."""
    return (routing.chosen_weights.unsqueeze(-1) * answer).sum(dim=1)


def _chosen(gaussian: Gaussian, routing: Routing) -> Gaussian:
    """The Gaussians of the chosen experts, (B, k, D), in the order of `routing.index`."""
    return RoutedGaussian(*(_kernels.at_index(part, routing.index) for part in gaussian))
