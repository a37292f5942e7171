"""The three losses beside the task's: KL (Eq. 4), load balancing (Eq. 7-9), uncertainty (Eq. 10).

Each returns a 0-dim tensor that gradients flow through, float32 where its arguments are in half precision.
A `mask` (B,) bool restricts every mean over rows to its True rows; with none left the loss is 0. Of tokens
(B, T), each is a row. Letters: B samples, N experts, k chosen, D features.
"""

import math
from typing import Literal, get_args

import torch
from torch import Tensor

from euar._checks import check_rows, check_word
from euar._precision import at_least_float32
from euar.experts import Gaussian, RoutedGaussian
from euar.gating import Routing

Reduce = Literal["mean", "sum"]
AuxForm = Literal["switch", "paper", "released"]
Detach = Literal["variance", "gate", None]

_REDUCE = {"mean": torch.mean, "sum": torch.sum}


def kl_divergence(gaussian: Gaussian, reduce: Reduce = "mean", mask: Tensor | None = None) -> Tensor:
    """Mean KL divergence of the experts' Gaussians to N(0, I), in nats (Eq. 4).

        KL = -1/2 (1 + log sigma^2 - mean^2 - sigma^2)   per coordinate

    Args:
        gaussian: (B, N, D), or (B, k, D) of the chosen experts alone, over which the mean is then taken.
        reduce: over D, `"sum"` is the divergence of the whole vector, `"mean"` its share per coordinate, and
            keeps alpha of Eq. 12 independent of D. Eq. 4 does not say, nor does the main text.
        mask: (B,) bool, the rows that count.

    Returns:
        0-dim, the mean over experts and rows.

    Raises:
        ValueError: unknown `reduce`, or mask not bool of shape (B,).

    Example:
        >>> gaussian = Gaussian(mean=torch.ones(4, 3, 2), log_var=torch.zeros(4, 3, 2))
        >>> kl_divergence(gaussian).item(), kl_divergence(gaussian, reduce="sum").item()
        (0.5, 1.0)
    """
    check_word("reduce", reduce, _REDUCE)
    gaussian = Gaussian(*map(at_least_float32, gaussian))
    per_expert = _REDUCE[reduce](gaussian.kl(), dim=-1)  # Eq. 4, (B, N)
    return _mean_over_rows(per_expert.mean(dim=-1), mask)


def load_balance_loss(routing: Routing, form: AuxForm = "switch", mask: Tensor | None = None) -> Tensor:
    """Penalty on uneven use of the experts (Eq. 7-9). No unit.

    R_j is the share of samples whose first choice is expert j (Eq. 8, no gradient), p_j the mean probability.

    - `"switch"`: N sum_j R_j p_j. 1 when balanced, for every N (Fedus et al. 2022). Not the paper's.
    - `"paper"`: 1/N sum_j R_j P_j, P_j the mean of the masked weights G_j (Eq. 7-9 to the letter).
    - `"released"`: N sum_j F_j p_j, F_j the share of samples that chose j among their k; k when balanced. The
      paper's released code; not in the paper.

    No mean over rows: with `DistributedDataParallel` each process balances the batch that it has.

    Args:
        routing: of a batch.
        form: `"switch"`, `"paper"` or `"released"`.
        mask: (B,) bool, the rows that count.

    Returns:
        0-dim.

    Raises:
        ValueError: unknown `form`, or mask not bool of shape (B,).

    Example:
        >>> probs = torch.eye(4)  # four samples, each sure of an expert of its own
        >>> routing = Routing(probs, index=probs.argmax(dim=-1, keepdim=True), weights=probs)
        >>> load_balance_loss(routing).item()
        1.0
    """
    check_word("form", form, _FORMS)
    return _FORMS[form](routing, mask)


def uncertainty_loss(
    gaussian: Gaussian,
    routing: Routing,
    reduce: Reduce = "mean",
    experts: Reduce = "mean",
    detach: Detach = None,
    mask: Tensor | None = None,
) -> Tensor:
    """U-loss: the experts' variance, weighted by the gate (Eq. 10). Unit: that of the squared features.

        U = 1/N sum_j sigma_j^2 G_j

    Args:
        gaussian: (B, N, D) in the order of the experts, or, as `GaussianExperts` gives it for an index, a
            `RoutedGaussian` (B, k, D) in the order of `routing.index`. Where k < N the shape says which.
        routing: of the same batch.
        reduce: over D, `"mean"` or `"sum"`. Eq. 10 does not say, nor does the main text.
        experts: `"mean"` is the 1/N of Eq. 10, `"sum"` leaves it out.
        detach: `"variance"` trains the gate alone, `"gate"` the experts alone, None both (Eq. 10).
        mask: (B,) bool, the rows that count.

    Returns:
        0-dim, the mean over rows.

    Raises:
        ValueError: an unknown word, a Gaussian of another number of experts, or a mask that is not bool of
            shape (B,).

    Example:
        >>> gaussian = Gaussian(mean=torch.zeros(1, 2, 3), log_var=torch.zeros(1, 2, 3))
        >>> probs, weights = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.5, 0.0]])
        >>> routing = Routing(probs, torch.tensor([[0]]), weights)
        >>> uncertainty_loss(gaussian, routing).item()
        0.25
    """
    check_word("reduce", reduce, _REDUCE)
    check_word("experts", experts, _REDUCE)
    check_word("detach", detach, get_args(Detach))
    gaussian = type(gaussian)(*map(at_least_float32, gaussian))
    variance = _REDUCE[reduce](gaussian.variance, dim=-1)  # (B, N or k)
    per_row = weighted_variance(variance, _gate_of(gaussian, routing), detach)
    num_experts = routing.weights.shape[-1]
    return _mean_over_rows(per_row / num_experts if experts == "mean" else per_row, mask)


def weighted_variance(variance: Tensor, gate: Tensor, detach: Detach = None) -> Tensor:
    """Eq. 10 of each row without its 1/N, (B,).

    Args:
        variance: (B, N or k), reduced over D.
        gate: (B, N or k), the weights of the same experts.
        detach: see `uncertainty_loss`.

    Example:
        >>> weighted_variance(torch.tensor([[1.0, 4.0]]), torch.tensor([[0.5, 0.25]])).item()
        1.5
    """
    if detach == "variance":
        variance = variance.detach()
    if detach == "gate":
        gate = gate.detach()
    return (variance * gate).sum(dim=-1)


def _gate_of(gaussian: Gaussian, routing: Routing) -> Tensor:
    """The weights G of the experts that a Gaussian holds, in its order."""
    (*rows, num_experts), k = routing.weights.shape, routing.index.shape[-1]
    held = gaussian.log_var.shape[:-1]  # (B, N or k)
    routed = isinstance(gaussian, RoutedGaussian) or held[-1] < num_experts
    if held != (*rows, k if routed else num_experts):
        batch = ", ".join(map(str, rows))
        raise ValueError(
            f"gaussian: expected shape ({batch}, {num_experts}, D), or ({batch}, {k}, D) of chosen experts, "
            f"found {tuple(gaussian.log_var.shape)}"
        )
    return routing.chosen_weights if routed else routing.weights


def _mean_over_rows(values: Tensor, mask: Tensor | None, columns: int = 0) -> Tensor:
    """Mean over all axes but the last `columns`, counting the rows of the mask alone; 0 if there are none."""
    values, rows = at_least_float32(values), values.shape[: values.ndim - columns]
    axes = tuple(range(len(rows)))
    if mask is None:
        return values.sum(dim=axes) / max(math.prod(rows), 1)
    check_rows("mask", mask, *rows)
    others = ~mask.view(*rows, *[1] * columns)
    return values.masked_fill(others, 0).sum(dim=axes) / mask.sum().clamp(min=1)


def _first_choices(routing: Routing, mask: Tensor | None) -> Tensor:
    return _chosen_share(routing.index[..., :1], routing, mask)  # Eq. 8, (N,)


def _chosen_share(index: Tensor, routing: Routing, mask: Tensor | None) -> Tensor:
    """The share of rows that have each expert in their index (B, k), (N,)."""
    one = torch.ones_like(index, dtype=routing.probs.dtype)
    chosen = torch.zeros_like(routing.probs).scatter(-1, index, one)  # (B, N), k ones a row
    return _mean_over_rows(chosen, mask, columns=1)


def _switch(routing: Routing, mask: Tensor | None) -> Tensor:
    share, probs = _first_choices(routing, mask), _mean_over_rows(routing.probs, mask, columns=1)
    return len(share) * (share * probs).sum()


def _paper(routing: Routing, mask: Tensor | None) -> Tensor:
    share = _first_choices(routing, mask)  # Eq. 8
    weights = _mean_over_rows(routing.weights, mask, columns=1)  # Eq. 9
    return (share * weights).sum() / len(share)  # Eq. 7


def _released(routing: Routing, mask: Tensor | None) -> Tensor:
    share = _chosen_share(routing.index, routing, mask)
    probs = _mean_over_rows(routing.probs, mask, columns=1)
    return len(share) * (share * probs).sum()


_FORMS = {"switch": _switch, "paper": _paper, "released": _released}
