"""Checks of the exercises in the chapter on top-k gating (Eq. 5-6).

Letters: B samples, N experts, k chosen.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from euar.chapters.answers import array, call, require, shaped
from euar.chapters.judge import exercise, expect

Gate = Callable[[Tensor], Tensor]


@exercise("The probability cancels: the gate's own opinion is gone, the batch size is left.")
def batch_weights(answer: tuple[float, float]) -> None:
    """Check the weights that renormalisation over the batch gives in batches of one and of two samples.

    Args:
        answer: (a chosen weight in a batch of one, the same in a batch of two whose choices do not overlap).
    """
    one, two = shaped(answer, 2)
    mistakes = {"First number: this divides a row by its sum. Here a *column* is divided.": 1 / 3}
    otherwise = "First number: with one row, what is the sum of a column? Divide by it."
    expect(one, 1, mistakes, otherwise, tolerance=0.02)
    mistakes = {
        "Second number: after the division, the column is multiplied by the rows.": 1,
        "Second number: times the number of rows, not divided by it.": 0.5,
    }
    otherwise = "Second number: a chosen expert still has one weight in its column."
    expect(two, 2, mistakes, otherwise, tolerance=0.01)


@exercise("Right: a cut logit gets -p_j times the weighted mean score, and nothing of its own expert.")
def logit_gradient(answer: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
    """Check the gradient of a loss with respect to the logits of Eq. 5.

    Args:
        answer: takes probs (N,), chosen bool (N,) and score (N,), the derivative of the loss with respect to
            each weight, all float64, and returns the derivative with respect to each logit, (N,).
    """
    logits = torch.tensor([0.3, -0.4, 1.1, 0.2, -1.0]).double()
    score = torch.tensor([0.7, -1.3, 0.4, 2.0, -0.6]).double()
    chosen = torch.tensor([True, False, True, True, False])
    probs = logits.softmax(dim=0)
    weights = probs * chosen
    right, topk = weights * score - probs * (weights @ score), weights / weights.sum()
    mistakes = {
        "This is the gradient without a cut. Only chosen experts have a weight.": (
            probs * (score - probs @ score)
        ),
        "Cut logits do get a gradient: they stand in the softmax's denominator.": right * chosen,
        "This is for weights that are renormalised over k. Eq. 5 does not do that.": (
            topk * (score - topk @ score)
        ),
        "A factor p_j is missing: the derivative of e^l_j is e^l_j.": chosen * score - weights @ score,
        "This is the diagonal alone. Every logit moves every weight.": weights * (1 - probs) * score,
        "The sign is turned. Check it on two experts with k = 2.": -right,
    }
    expect(call(answer, probs, chosen, score), right, mistakes)


@exercise("Right: rows sum to one, and each has k weights.")
def renormalised(answer: Callable[[Tensor, int], Tensor]) -> None:
    """Check a gate that divides each row by its sum.

    Args:
        answer: takes logits (B, N) and k, and returns weights (B, N), zero for experts not chosen.
    """
    logits = torch.randn(6, 5, generator=torch.Generator().manual_seed(2)).double()
    probs = logits.softmax(dim=-1)
    kept, last = (torch.zeros_like(probs).scatter(-1, (s * probs).topk(2).indices, 1.0) for s in (1, -1))
    cut, least = probs * kept, probs * last
    right = cut / cut.sum(dim=-1, keepdim=True)
    alone = right[right > 0].view(6, 2)
    mistakes = {
        "These are the probabilities after the cut. Divide each row by its sum.": cut,
        "Nothing is cut: keep k probabilities a row.": probs,
        "A cut logit of 0 still gets a share of the softmax: e^0 = 1. What has e^l = 0?": (
            (logits * kept).softmax(dim=-1)
        ),
        "You divided columns. Each *row* is one sample.": cut / cut.sum(dim=0),
        "Dividing by k is right only if the kept probabilities are all 1.": cut / 2,
        "These are the k weights alone. Put them back into N columns with scatter.": alone,
        "You kept the k least probable.": least / least.sum(dim=-1, keepdim=True),
    }
    expect(call(answer, logits, 2), right, mistakes)


@exercise("Leaks are found, and rounding is forgiven. Keep this test for every gate.")
def depends_on_batch(answer: Callable[[Gate, Tensor], bool]) -> None:
    """Check a test that tells whether a gate's weights for a sample depend on the rest of its batch.

    Args:
        answer: takes a gate, which maps x (B, in) to weights (B, N), and x; returns True or False.
    """
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(1)).double()
    for gate, leaks, hint in _SUSPECTS:
        verdict = array(call(answer, gate, x))
        require(verdict.size == 1, "Return one True or False, not one for each element.")
        require(bool(verdict) == leaks, hint)


def _alone(x: Tensor) -> Tensor:
    """Weights of each row by itself; their sum is not 1."""
    return 0.5 * x.softmax(dim=-1)


def _rounded(x: Tensor) -> Tensor:
    """Like `_alone`, off by what float32 rounding may do when the batch grows."""
    return _alone(x) * (1 + 1e-7 * len(x))


def _columns(x: Tensor) -> Tensor:
    """Columns that are divided by their sum: every row leaks into every other."""
    return len(x) * _alone(x) / _alone(x).sum(dim=0)


def _later(x: Tensor) -> Tensor:
    """Like `_columns`, but a row sees only the rows before it: the first row has no leak."""
    return _alone(x) / _alone(x).cumsum(dim=0)


def _faint(x: Tensor) -> Tensor:
    """A leak of about one in a thousand."""
    return _alone(x) * (1 + 1e-3 * x.mean())


_PASSES = "A gate that divides columns by their sum passes your test. Give it smaller batches, too."
_ROUNDING = "An honest gate fails by its rounding error. Compare with a tolerance: torch.allclose."
_SUSPECTS = (  # gate, whether it leaks, what to say if the answer's test thinks otherwise
    (_columns, True, _PASSES),
    (_alone, False, "An honest gate fails your test. Its row sums differ from 1, which is no leak."),
    (_rounded, False, _ROUNDING),
    (_later, True, "A gate whose *first* row is honest and whose others leak passes. Look at every row."),
    (_faint, True, "A leak of one in a thousand passes your test. Is your tolerance too wide?"),
)
