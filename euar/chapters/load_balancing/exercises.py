"""Checks of the exercises in "Load balancing"."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from euar.chapters.judge import EMPTY, Feedback, is_empty, raised
from euar.gating import Routing
from euar.losses import load_balance_loss

_N = 16
_CASES = [(1e-2, 1e-5, 4), (1e-2, 1e-5, 32), (0.5, 0.1, 3), (1.0, 1.0, 1)]


def values(answer: tuple[float, float]) -> Feedback:
    """Check the values of the switch form for 16 experts.

    Args:
        answer: (with an even load and equal probabilities, with one expert for all).
    """
    try:
        even, collapsed = (float(value) for value in answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put two numbers in place of the dots, such as (1, 1).")
    if math.isclose(even, 1 / _N):
        return Feedback(False, "First value: that is the sum. The form multiplies it by N.")
    if math.isclose(even, 2):
        return Feedback(False, "First value: k does not enter. Only first choices are counted in R.")
    if not math.isclose(even, 1):
        return Feedback(False, "First value: put 1/16 for every share and probability.")
    if math.isclose(collapsed, 1):
        return Feedback(False, "Second value: the sum is 1. The form multiplies it by N.")
    if not math.isclose(collapsed, _N):
        return Feedback(False, "Second value: one share and one probability are 1, the others 0.")
    return Feedback(True, "From 1 to N, for every N. That is what the factor N is for.")


def ratio(answer: Callable[[float, float, int], float]) -> Feedback:
    """Check by which factor the switch form pulls more strongly than the paper's.

    Args:
        answer: (coefficient of switch, coefficient of the paper's form, N) -> factor.
    """
    try:
        found = [answer(*case) for case in _CASES]
        if is_empty(found[0]):
            return EMPTY
        found = np.array([float(value) for value in found])
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    a, b, n = np.transpose(_CASES)
    mistakes = (
        (a / b, "Both forms contain N as well: one multiplies by it, the other divides."),
        (a / b * n, "You count N once. It stands in both forms."),
        (b / a / n**2, "That is how much weaker the paper's form is. Turn it over."),
    )
    for wrong, message in mistakes:
        if np.allclose(found, wrong):
            return Feedback(False, message)
    if not np.allclose(found, a / b * n**2):
        return Feedback(False, "Not yet. Divide a N by b / N.")
    return Feedback(True, "The square of N: the gap grows with every expert.")


def switch_loss(answer: Callable[[Tensor], Tensor]) -> Feedback:
    """Check a function that computes the switch form.

    Args:
        answer: probabilities (B, N) -> 0-dim tensor with a gradient.
    """
    generator = torch.Generator().manual_seed(0)
    probs = (2 * torch.randn(40, 5, generator=generator)).softmax(dim=-1).requires_grad_()
    try:
        found = answer(probs)
        if is_empty(found):
            return EMPTY
        found = torch.as_tensor(found)
    except Exception as error:  # as above
        return raised(error)
    if found.ndim != 0:
        return Feedback(
            False, f"Expected one number, found shape {tuple(found.shape)}. Sum over the experts."
        )
    routing = Routing(probs, probs.argmax(dim=1, keepdim=True), probs)
    expected = load_balance_loss(routing, "switch")
    share = torch.nn.functional.one_hot(routing.index[:, 0], 5).float().mean(dim=0)
    mistakes = (
        (expected / 5, "The factor N is missing: an even load must give 1."),
        (expected / 25, "You divide by N, as the paper does. The switch form multiplies by it."),
        (5 * probs.mean(dim=0).square().sum(), "Both factors are mean probabilities. One must count."),
        (5 * share.square().sum(), "Both factors are counts. Counts carry no gradient."),
    )
    for wrong, message in mistakes:
        if torch.isclose(found, wrong):
            return Feedback(False, message)
    if not torch.isclose(found, expected):
        return Feedback(False, "Not yet. N times the sum of share times mean probability.")
    return _gradient(found, probs, expected)


def _gradient(found: Tensor, probs: Tensor, expected: Tensor) -> Feedback:
    if not found.requires_grad:
        return Feedback(False, "The value is right, but no gradient reaches the probabilities. Keep tensors.")
    pairs = (torch.autograd.grad(value, probs, retain_graph=True)[0] for value in (found, expected))
    if not torch.allclose(*pairs):
        return Feedback(False, "The value is right, its gradient is not: only the mean probability has one.")
    return Feedback(True, "Experts that are chosen often get their probability pushed down.")
