"""Checks of the exercises in the chapter on top-k gating (Eq. 5-6).

Right answers are found again by finite differences, by a loop over rows or by hand, never by the package's
own gate. Letters: B samples, N experts, k chosen.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from euar.chapters.judge import EMPTY, Feedback, is_empty, raised

Gate = Callable[[Tensor], Tensor]


def batch_weights(answer: tuple[float, float]) -> Feedback:
    """Check the weights that renormalisation over the batch gives in batches of one and of two samples.

    Args:
        answer: (a chosen weight in a batch of one, the same in a batch of two whose choices do not overlap).
    """
    try:
        one, two = (float(value) for value in answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put two numbers in place of the dots, such as (0.5, 0.5).")
    if math.isclose(one, 1 / 3, rel_tol=0.02):
        return Feedback(False, "First number: this divides a row by its sum. Here a *column* is divided.")
    if not math.isclose(one, 1, rel_tol=0.01):
        return Feedback(False, "First number: with one row, what is the sum of a column? Divide by it.")
    if math.isclose(two, 1, rel_tol=0.01):
        return Feedback(False, "Second number: after the division, the column is multiplied by the rows.")
    if math.isclose(two, 0.5, rel_tol=0.01):
        return Feedback(False, "Second number: times the number of rows, not divided by it.")
    if not math.isclose(two, 2, rel_tol=0.01):
        return Feedback(False, "Second number: a chosen expert still has one weight in its column.")
    return Feedback(True, "The probability cancels: the gate's own opinion is gone, the batch size is left.")


def logit_gradient(answer: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Feedback:
    """Check the gradient of a loss with respect to the logits of Eq. 5.

    Args:
        answer: takes probs (N,), chosen bool (N,) and score (N,), the derivative of the loss with respect to
            each weight, all float64, and returns the derivative with respect to each logit, (N,).
    """
    logits = torch.tensor([0.3, -0.4, 1.1, 0.2, -1.0]).double()
    score = torch.tensor([0.7, -1.3, 0.4, 2.0, -0.6]).double()
    chosen = torch.tensor([True, False, True, True, False])
    probs = logits.softmax(dim=0)
    try:
        found = answer(probs, chosen, score)
        if is_empty(found):
            return EMPTY
        found = torch.as_tensor(found).detach().double()
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    right = _differences(logits, chosen, score)
    praise = "Right: a cut logit gets -p_j times the weighted mean score, and nothing of its own expert."
    return _judge(found, right, praise, _wrong_gradients(probs, chosen, score, right))


def renormalised(answer: Callable[[Tensor, int], Tensor]) -> Feedback:
    """Check a gate that divides each row by its sum.

    Args:
        answer: takes logits (B, N) and k, and returns weights (B, N), zero for experts not chosen.
    """
    logits = torch.randn(6, 5, generator=torch.Generator().manual_seed(2)).double()
    try:
        found = answer(logits.clone(), 2)
        if is_empty(found):
            return EMPTY
        found = torch.as_tensor(found).detach().double()
    except Exception as error:  # as above
        return raised(error)
    right = torch.stack([_best(row, 2) for row in logits])
    kept = right > 0
    cut = logits.softmax(dim=-1) * kept
    mistakes = {
        "These are the probabilities after the cut. Divide each row by its sum.": cut,
        "Nothing is cut: keep k probabilities a row.": logits.softmax(dim=-1),
        "A cut logit of 0 still gets a share of the softmax: e^0 = 1. What has e^l = 0?": (
            logits * kept
        ).softmax(dim=-1),
        "You divided columns. Each *row* is one sample.": cut / cut.sum(dim=0),
        "Dividing by k is right only if the kept probabilities are all 1.": cut / 2,
        "These are the k weights alone. Put them back into N columns with scatter.": right[kept].view(6, 2),
        "You kept the k least probable.": torch.stack([_best(-row, 2, row) for row in logits]),
    }
    return _judge(found, right, "Right: rows sum to one, and each has k weights.", mistakes)


def depends_on_batch(answer: Callable[[Gate, Tensor], bool]) -> Feedback:
    """Check a test that tells whether a gate's weights for a sample depend on the rest of its batch.

    Args:
        answer: takes a gate, which maps x (B, in) to weights (B, N), and x; returns True or False.
    """
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(1)).double()
    for gate, leaks, hint in _SUSPECTS:
        try:
            found = answer(gate, x.clone())
        except Exception as error:  # as above
            return raised(error)
        if is_empty(found):
            return EMPTY
        try:
            verdict = bool(found)
        except (RuntimeError, ValueError):
            return Feedback(False, "Return one True or False, not one for each element.")
        if verdict != leaks:
            return Feedback(False, hint)
    return Feedback(True, "Leaks are found, and rounding is forgiven. Keep this test for every gate.")


def _differences(logits: Tensor, chosen: Tensor, score: Tensor) -> Tensor:
    """Central differences of the loss sum_i score_i g_i, (N,)."""
    step = 1e-5 * torch.eye(len(logits), dtype=logits.dtype)
    up, down = ((logits + sign * step).softmax(dim=-1) * chosen @ score for sign in (1, -1))
    return (up - down) / 2e-5


def _wrong_gradients(probs: Tensor, chosen: Tensor, score: Tensor, right: Tensor) -> dict[str, Tensor]:
    weights, shared = probs * chosen, (probs * chosen) @ score
    topk = weights / weights.sum()
    return {
        "This is the gradient without a cut. Only chosen experts have a weight.": probs
        * (score - probs @ score),
        "Cut logits do get a gradient: they stand in the softmax's denominator.": right * chosen,
        "This is for weights that are renormalised over k. Eq. 5 does not do that.": topk
        * (score - topk @ score),
        "A factor p_j is missing: the derivative of e^l_j is e^l_j.": chosen * score - shared,
        "This is the diagonal alone. Every logit moves every weight.": weights * (1 - probs) * score,
        "The sign is turned. Check it on two experts with k = 2.": -right,
    }


def _best(row: Tensor, k: int, values: Tensor | None = None) -> Tensor:
    """Return the softmax over the k largest of a row by a loop, zero elsewhere, (N,)."""
    values = row if values is None else values
    best = sorted(range(len(row)), key=lambda j: -float(row[j]))[:k]
    total = sum(math.exp(float(values[j])) for j in best)
    weights = torch.zeros_like(row)
    for j in best:
        weights[j] = math.exp(float(values[j])) / total
    return weights


def _judge(found: Tensor, right: Tensor, praise: str, mistakes: Mapping[str, Tensor]) -> Feedback:
    """Compare with the right values, then with what typical mistakes give."""
    if _equal(found, right):
        return Feedback(True, praise)
    for hint, values in mistakes.items():
        if _equal(found, values):
            return Feedback(False, hint)
    if found.shape != right.shape:
        return Feedback(False, f"Expected shape {tuple(right.shape)}, found {tuple(found.shape)}.")
    return Feedback(False, f"Not yet: off by up to {(found - right).abs().max():.3g}. Try the hint.")


def _equal(found: Any, values: Tensor) -> bool:
    return found.shape == values.shape and torch.allclose(found, values, rtol=1e-5, atol=1e-7)


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


_SUSPECTS = (
    (
        _columns,
        True,
        "A gate that divides columns by their sum passes your test. Give it smaller batches, too.",
    ),
    (_alone, False, "An honest gate fails your test. Its row sums differ from 1, which is no leak."),
    (
        _rounded,
        False,
        "An honest gate fails by its rounding error. Compare with a tolerance: torch.allclose.",
    ),
    (_later, True, "A gate whose *first* row is honest and whose others leak passes. Look at every row."),
    (_faint, True, "A leak of one in a thousand passes your test. Is your tolerance too wide?"),
)
