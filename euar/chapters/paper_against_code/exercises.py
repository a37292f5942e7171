"""Checks of the exercises in "The paper against its code"."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from euar.chapters.answers import call, on_cases
from euar.chapters.build_it.twins import built, of_model, randomised
from euar.chapters.judge import exercise, expect
from euar.model import EUARConfig

_SDS = (0.5, 1.0, 2.0)
_VALID = (0.70, 0.78, 0.81, 0.81, 0.74)  # accuracies after each epoch
_TEST = (0.72, 0.83, 0.79, 0.76, 0.75)
_WIDTHS = {"one": 4, "two": 2}
_SIZES: dict[str, Any] = {"dim": 3, "num_experts": 5, "k": 2}
_LOSS: dict[str, Any] = {"task_loss": "l1", "task_weight": 10.0, "alpha": 1e-5, "beta": 1e-5, "lam": 1e-5}


@exercise("A model that knows nothing looks worse without the zeros, by their share.")
def without_zeros(answer: float) -> None:
    """Check the MAE over the labels that are not zero, of a model that answers 0 for every row.

    Args:
        answer: if the MAE over all rows is 0.9 and one row in ten has the label zero.
    """
    mistakes = {
        "The sum of errors stays the same, but it is divided by fewer rows.": 0.9,
        "You removed a tenth of the error. The rows left out had no error: only their number goes.": 0.81,
        "You added a tenth. Dividing by nine tenths adds a little more.": 0.99,
    }
    otherwise = "Not yet. Write the MAE as a sum over a number, and see what each becomes."
    expect(answer, 1.0, mistakes, otherwise)


@exercise("Two epochs that are equally good already promise more than half a standard deviation.")
def expected_gain(answer: Callable[[float], float]) -> None:
    """Check what the better of two equally good, independent, normal scores exceeds their mean by.

    Args:
        answer: (standard deviation of one score) -> expected excess of the larger of two.
    """
    sd, root = np.array(_SDS), math.sqrt(math.pi)
    mistakes = {
        "That is the mean distance of the two. The larger lies half of it above the middle.": 2 * sd / root,
        "That is the mean of |x| for one score. The difference of two has standard deviation sd times √2.": (
            math.sqrt(2) * sd / root
        ),
        "That is half of the mean of |x| for one score. The difference has another spread: sd times √2.": (
            sd / math.sqrt(2) / root
        ),
        "The excess grows with the standard deviation, not with the variance.": sd**2 / root,
    }
    expect(on_cases(answer, [(sd,) for sd in _SDS]), sd / root, mistakes)


@exercise("The test split has answered one question, once.")
def honest(answer: Callable[[Sequence[float], Sequence[float]], float]) -> None:
    """Check a function that says which test accuracy may be reported.

    Args:
        answer: (accuracy on validation after each epoch, on test) -> the test accuracy of the epoch that
            validation finds best; the first of equals.
    """
    found = on_cases(answer, [(_VALID, _TEST), (_VALID[::-1], _TEST[::-1])])  # forwards, backwards
    mistakes = {
        "That is the best test accuracy: the epoch was chosen by the test split.": [max(_TEST)] * 2,
        "That is the last epoch. Validation prefers an earlier one.": [_TEST[-1], _TEST[0]],
        "That is the accuracy on validation. It chose the epoch, so it flatters, too.": [max(_VALID)] * 2,
        "That is where validation is worst: the lowest is best for errors, not for accuracies.": [_TEST[0]]
        * 2,
        "Two epochs are equally good on validation. Take the first, so that nobody can choose.": (
            [_TEST[3], _TEST[2]]
        ),
    }
    otherwise = "Not yet. Find the epoch by the first sequence, then read the second there."
    expect(found, [_TEST[2], _TEST[3]], mistakes, otherwise)


@exercise(
    "The same model with the code's Eq. 12: one method was enough.",
    stub="Nothing came back. Call the model: it returns the prediction and the three losses.",
)
def loss_of_the_code(answer: Callable[..., nn.Module]) -> None:
    """Check a class of "Build it in 60 lines" with the loss of the released code.

    Args:
        answer: as that chapter's exercise on the whole model has it, with another `loss`: ten times the
            absolute error, and each of the three losses, in the default's forms, times 1e-5.
    """
    ours = randomised(EUARConfig(_WIDTHS, **_SIZES, **_LOSS).build()).double()
    mine = built(answer, of_model(ours), _WIDTHS, *_SIZES.values()).double()
    draw = torch.Generator().manual_seed(1)
    inputs = {m: torch.randn(6, width, generator=draw).double() for m, width in _WIDTHS.items()}
    target = torch.randn(6, generator=draw).double()
    output = ours(inputs)
    right, task, terms = ours.loss(output, target)
    three, squared = right - 10 * task, (output.prediction - target).square().mean()
    mistakes = {
        "The task's weight, ten, is missing.": task + three,
        "That is the squared error. The code takes the absolute one.": 10 * squared + three,
        "That is the task's loss alone. The three others come on top.": 10 * task,
        "The three losses need their weight, 1e-5 each.": 10 * task + 1e5 * three,
        "Those are our default's weights of the three losses. The code has 1e-5 for each.": (
            10 * task + 1e-3 * terms["kl"] + 1e-2 * terms["aux"] + 1e-3 * terms["u"]
        ),
    }
    expect(call(mine.loss, inputs, target), right, mistakes, tolerance=1e-9)  # the three are small
