"""Checks of the exercises in "Load balancing"."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from euar.chapters.answers import array, call_on, gradients, on_cases, require, shaped
from euar.chapters.judge import exercise, expect
from euar.gating import Routing
from euar.losses import load_balance_loss

_N = 16
_CASES = [(1e-2, 1e-5, 4), (1e-2, 1e-5, 32), (0.5, 0.1, 3), (1.0, 1.0, 1)]


@exercise("From 1 to N, for every N. That is what the factor N is for.")
def values(answer: tuple[float, float]) -> None:
    """Check the values of the switch form for 16 experts.

    Args:
        answer: (with an even load and equal probabilities, with one expert for all).
    """
    even, collapsed = shaped(answer, 2)
    mistakes = {
        "First value: that is the sum. The form multiplies it by N.": 1 / _N,
        "First value: k does not enter. Only first choices are counted in R.": 2,
    }
    expect(even, 1, mistakes, "First value: put 1/16 for every share and probability.")
    mistakes = {"Second value: the sum is 1. The form multiplies it by N.": 1}
    expect(collapsed, _N, mistakes, "Second value: one share and one probability are 1, the others 0.")


@exercise("The square of N: the gap grows with every expert.")
def ratio(answer: Callable[[float, float, int], float]) -> None:
    """Check by which factor the switch form pulls more strongly than the paper's.

    Args:
        answer: (coefficient of switch, coefficient of the paper's form, N) -> factor.
    """
    a, b, n = np.transpose(_CASES)
    mistakes = {
        "Both forms contain N as well: one multiplies by it, the other divides.": a / b,
        "You count N once. It stands in both forms.": a / b * n,
        "That is how much weaker the paper's form is. Turn it over.": b / a / n**2,
    }
    expect(on_cases(answer, _CASES), a / b * n**2, mistakes, "Not yet. Divide a N by b / N.")


@exercise("Experts that are chosen often get their probability pushed down.")
def switch_loss(answer: Callable[[Tensor], Tensor]) -> None:
    """Check a function that computes the switch form.

    Args:
        answer: probabilities (B, N) -> 0-dim tensor with a gradient.
    """
    generator = torch.Generator().manual_seed(0)
    probs = (2 * torch.randn(40, 5, generator=generator)).softmax(dim=-1).requires_grad_()
    found = call_on(answer, probs)
    shape = array(found).shape
    require(not shape, f"Expected one number, found shape {shape}. Sum over the experts.")
    index = probs.argmax(dim=1, keepdim=True)
    right = load_balance_loss(Routing(probs, index, probs), "switch")
    share = torch.nn.functional.one_hot(index[:, 0], 5).float().mean(dim=0)
    mistakes = {
        "The factor N is missing: an even load must give 1.": right / 5,
        "You divide by N, as the paper does. The switch form multiplies by it.": right / 25,
        "Both factors are mean probabilities. One must count.": 5 * probs.mean(dim=0).square().sum(),
        "Both factors are counts. Counts carry no gradient.": 5 * share.square().sum(),
    }
    expect(found, right, mistakes, "Not yet. N times the sum of share times mean probability.")
    unreached = "The value is right, but no gradient reaches the probabilities. Keep tensors."
    mine, theirs = (gradients(value, [probs], unreached) for value in (found, right))
    expect(mine, theirs, {}, "The value is right, its gradient is not: only the mean probability has one.")
