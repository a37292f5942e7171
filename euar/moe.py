"""The uncertainty-aware mixture of experts of one modality (Eq. 6), with its three losses.

    h = sum_j G_j(x) E_j(x)

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar, get_args

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call
from torch.utils import _pytree

from euar import _kernels
from euar._checks import check_features, check_positive, check_rows, check_word
from euar._later import later
from euar._precision import is_half
from euar._replicas import sees_values, standard_normal
from euar.experts import Gaussian, GaussianExperts, RoutedGaussian
from euar.gating import Renormalize, Routing, TopKGate
from euar.losses import AuxForm, Detach, Reduce, kl_divergence, load_balance_loss, uncertainty_loss

Output = Literal["sample", "mean"]
KLExperts = Literal["all", "selected"]
Losses = dict[str, Tensor]
_Parts = TypeVar("_Parts", Routing, Gaussian)

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
    """What a mixture of experts returns. Of tokens (B, T, D), each a sample, all is (B, T, ...).

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

    def _as_tokens(self, rows: Sequence[int]) -> "MoEOutput":
        """The same with its samples laid out along the axes of tokens, such as (B, T)."""

        def laid_out(parts: _Parts) -> _Parts:
            return type(parts)(*(part.unflatten(0, rows) for part in parts))

        gaussian = self._gaussian
        asked = laid_out(gaussian) if isinstance(gaussian, Gaussian) else lambda: laid_out(gaussian())
        return MoEOutput(self.hidden.unflatten(0, rows), laid_out(self.routing), asked, self._losses)

    def __reduce__(self) -> tuple[Any, ...]:
        return MoEOutput, (self.hidden, self.routing, self.gaussian, self.losses)


def _put_together(tensors: Iterable[Any], routed: bool) -> MoEOutput:
    hidden, probs, index, weights, mean, log_var, kl, aux, u = tensors
    gaussian = RoutedGaussian(mean, log_var) if routed else Gaussian(mean, log_var)
    return MoEOutput(hidden, Routing(probs, index, weights), gaussian, {"kl": kl, "aux": aux, "u": u})


# For torch.export, torch.vmap and all that know containers of tensors.
_pytree.register_pytree_node(
    MoEOutput,
    lambda o: ([o.hidden, *o.routing, *o.gaussian, *o.losses.values()], type(o.gaussian) is RoutedGaussian),
    _put_together,
    serialized_type_name="euar.moe.MoEOutput",
)


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
            x: (B, D), or tokens (B, ..., D), such as (B, T, D), each a sample.
            available: (B,) bool. Rows that are not get hidden 0 and weights 0, count in no mean, and neither
                change the result nor receive a gradient, even if they hold NaN. All are by default.
            generator: source of the noise of Eq. 3.

        Raises:
            ValueError: x is not (B, ..., D), or available not bool of shape (B, ...).
        """
        check_features("x", x, self.dim)
        rows = x.shape[:-1]
        if available is not None:
            check_rows("available", available, *rows)
            x = x.masked_fill(~available.unsqueeze(-1), 0)  # 0 * NaN is NaN: cut the row before any product
            available = available.flatten()
        out = self._of_rows(x.flatten(0, -2), available, generator)
        return out if len(rows) == 1 else out._as_tokens(rows)

    def _of_rows(self, x: Tensor, available: Tensor | None, generator: Generator | None) -> MoEOutput:
        """`forward` of (B, D), in the way that suits."""
        routing = self.gate(x, available)
        if not self.training and sees_values(x):
            return self._predict(x, routing, available)
        if self._sorts(x):
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
        noise = self._noise(x, generator)
        noise = None if noise is None else _rows(noise, kept)
        hidden, kl, u = _kernels.mixed(rows, index, gate, noise, self._reading, [self.experts])
        if kept is not None:
            hidden = torch.zeros_like(x).index_copy(0, kept, hidden)
        return self._summed(x, routing, available, hidden, self._means(kl[0], u[0], len(rows)))

    def _summed(
        self, x: Tensor, routing: Routing, available: Tensor | None, hidden: Tensor, sums: Losses
    ) -> MoEOutput:
        """The output of which `_kernels` has computed the greater part."""
        aux = load_balance_loss(routing, self.aux_form, available)
        losses = {"kl": sums["kl"], "aux": aux, "u": sums["u"]}
        return MoEOutput(hidden, routing, self._later(x, routing), losses)

    def _means(self, kl: Tensor, u: Tensor, rows: int) -> Losses:
        """Two losses from sums over rows, experts and features."""
        asked = self.gate.k if self._selects else self.experts.num_experts
        num_u = self.experts.num_experts if self.u_experts == "mean" else 1
        width = {"mean": self.dim, "sum": 1}
        kl = kl / (max(rows, 1) * asked * width[self.kl_reduce])
        return {"kl": kl, "u": u / (max(rows, 1) * num_u * width[self.u_reduce])}

    def _noise(self, x: Tensor, generator: Generator | None) -> Tensor | None:
        """The eps of Eq. 3, (B, k, D), or None where the means are taken."""
        return standard_normal(x, (len(x), self.gate.k, self.dim), generator) if self._samples else None

    @property
    def _reading(self) -> _kernels.Reading:
        return _kernels.Reading(self.experts.log_var_range, not self._selects, self.u_detach)

    def _sorts(self, x: Tensor) -> bool:
        """Whether the sorted way suits; it sums the losses in the type of x."""
        every_kl = self.kl_experts == "all"
        return not is_half(x) and _kernels.sorts(x, self.experts.num_experts, self.gate.k, every_kl=every_kl)

    def _predict(self, x: Tensor, routing: Routing, available: Tensor | None) -> MoEOutput:
        """The means of the chosen are all that a prediction needs; the rest waits until someone reads it."""
        hidden = _weighed(self.experts.means(x, routing.index), routing)
        gaussian = self._later(x, routing)
        return MoEOutput(
            hidden, routing, gaussian, later(lambda: self._losses(gaussian(), routing, available), x)
        )

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

    def _later(self, x: Tensor, routing: Routing) -> Callable[[], Gaussian]:
        """A function that asks the experts, with the weights of now, which may be a functional call's."""
        weights: dict[str, Tensor] = {**dict(self.experts.named_parameters())}
        index = routing.index if self._selects else None
        return later(lambda: functional_call(self.experts, weights, (x, index)), x, *weights.values())


def _rows(part: Tensor, kept: Tensor | None) -> Tensor:
    """The rows to keep; all of them when None."""
    return part if kept is None else part.index_select(0, kept)


def _weighed(answer: Tensor, routing: Routing) -> Tensor:
    """Eq. 6: what the chosen experts answer, (B, k, D), weighed and added, (B, D)."""
    return (routing.chosen_weights.unsqueeze(-1) * answer).sum(dim=1).to(answer.dtype)


def _chosen(gaussian: Gaussian, routing: Routing) -> Gaussian:
    """The Gaussians of the chosen experts, (B, k, D), in the order of `routing.index`."""
    return RoutedGaussian(*(_kernels.at_index(part, routing.index) for part in gaussian))
