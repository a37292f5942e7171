"""Top-k gating (Eq. 5): a linear router scores the experts, the k best keep their probability.

    G(x) = TOP_k(softmax(Linear(x)))

Letters: B samples, N experts, k chosen.
"""

import math
import warnings
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from euar._checks import check_features, check_positive, check_rows, check_word
from euar._precision import at_least_float32

Renormalize = Literal["none", "topk", "batch"]


class Routing(NamedTuple):
    """Where a gate sends each sample. Of tokens (B, T, in), each a sample, it holds (B, T, N) and (B, T, k).

    Attributes:
        probs: (B, N), softmax over all experts; rows sum to 1.
        index: (B, k), int64, the chosen experts, most probable first.
        weights: (B, N), the G of Eq. 6-10: zero for experts not chosen.
    """

    probs: Tensor
    index: Tensor  # type: ignore[assignment]  # hides tuple.index, which no one needs here
    weights: Tensor

    @property
    def chosen_weights(self) -> Tensor:
        """The weights G of the chosen experts alone, (B, k), in the order of `index`."""
        return self.weights.gather(-1, self.index)


class TopKGate(nn.Module):
    """Score the experts with one linear layer and keep the k most probable (Eq. 5).

    Eq. 5 takes the softmax first and cuts afterwards, so a row of G sums to less than 1 whenever k < N.
    `renormalize` says what happens then:

    - `"none"`: nothing (Eq. 5 to the letter).
    - `"topk"`: each row is divided by its sum.
    - `"batch"`: each *column* is divided by its sum over the batch and multiplied by the number of rows. The
      paper's released code does this, in training and test alike: a sample's weights depend on its batch.

    Probabilities and weights are float32 where the layer is in half precision, in which many would be equal.

    Args:
        in_features: width of the input.
        num_experts: how many experts, N.
        k: experts to keep; more than N means all N, with a warning.
        renormalize: `"none"`, `"topk"` or `"batch"`.

    Example:
        >>> gate = TopKGate(in_features=3, num_experts=8, k=2)
        >>> routing = gate(torch.zeros(2, 3))
        >>> routing.index.shape, (routing.weights > 0).sum(dim=-1).tolist()
        (torch.Size([2, 2]), [2, 2])
    """

    def __init__(self, in_features: int, num_experts: int, k: int, renormalize: Renormalize = "none"):
        super().__init__()
        check_positive("k", k)
        check_word("renormalize", renormalize, _RENORMALIZE)
        if k > num_experts:
            found = f"k: {k} is more than the {num_experts} experts there are; all {num_experts} are chosen"
            warnings.warn(found, stacklevel=2)
        self.k = min(k, num_experts)
        self.renormalize = renormalize
        self.linear = nn.Linear(in_features, num_experts)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Routing:
        """Route a batch.

        Args:
            x: (B, in), or tokens (B, ..., in), each a sample.
            mask: (B,) bool; False rows get weight zero and do not count in `"batch"`. All count by default.

        Raises:
            ValueError: x is not (B, ..., in), or mask is not bool of shape (B, ...).
        """
        check_features("x", x, self.linear.in_features)
        probs = at_least_float32(self.linear(x)).softmax(dim=-1)  # (B, N)
        top, index = probs.topk(self.k, dim=-1)  # (B, k)
        kept = torch.zeros_like(probs).scatter(-1, index, top)  # Eq. 5, N - k zeros a row
        if mask is not None:
            check_rows("mask", mask, *x.shape[:-1])
            kept = kept.masked_fill(~mask.unsqueeze(-1), 0)
        return Routing(probs, index, _RENORMALIZE[self.renormalize](kept, mask))

    def extra_repr(self) -> str:
        """Describe k and the renormalisation, for print()."""
        return f"k={self.k}, renormalize={self.renormalize!r}"


def _none(kept: Tensor, mask: Tensor | None) -> Tensor:  # noqa: ARG001  one signature for the table below
    return kept


def _topk(kept: Tensor, mask: Tensor | None) -> Tensor:
    total = kept.sum(dim=-1, keepdim=True)  # (B, 1), at least k / N in a row that counts
    return kept / total if mask is None else kept / total.masked_fill(~mask.unsqueeze(-1), 1)


def _batch(kept: Tensor, mask: Tensor | None) -> Tensor:
    rows = math.prod(kept.shape[:-1]) if mask is None else mask.sum()
    return rows * kept / (kept.flatten(0, -2).sum(dim=0) + 1e-6)  # not in the paper


_RENORMALIZE = {"none": _none, "topk": _topk, "batch": _batch}
