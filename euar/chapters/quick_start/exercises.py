"""Checks of the exercises in the quick start."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euar.chapters.answers import array, call, require, shaped
from euar.chapters.judge import exercise, expect, expect_truths
from euar.intervals import t_interval

_MATTERS = {  # whether a change can move the prediction, and why
    "other rows": (False, "The gate of the default preset looks at one row at a time."),
    "draws": (False, "In evaluation an expert answers with its mean; nothing is drawn."),
    "batch size": (False, "No layer here mixes the rows of a batch."),
    "views": (True, "A row without a view loses that part of the joint feature."),
}
_SAMPLES = np.array([-3.0, -2.5, -2.0, 1.0, 1.2, 1.4, 2.9]), np.array([0.0, 0.1, 2.0, 3.0])


@exercise("Right. In training the draws matter too; with the released gate, the other rows do.")
def what_matters(answer: Mapping[str, bool | None]) -> None:
    """Check which changes can move a test row's prediction, for the default preset.

    Args:
        answer: {change: whether it can}; `other rows`, `draws`, `batch size` and `views`.
    """
    expect_truths(answer, _MATTERS)


@exercise(
    "Right: as many ratings above as below, so the pulls of both sides cancel.",
    stub="No constant yet. Move a constant to the right a little: which errors grow?",
)
def best_constant(answer: Callable[[NDArray], float]) -> None:
    """Check the constant prediction that has the lowest mean absolute error.

    Args:
        answer: function of ratings (n,) that returns the constant.
    """
    for target in _SAMPLES:
        found = shaped(call(answer, target))
        middle = (np.quantile(target, 0.5, method=end) for end in ("lower", "higher"))
        right = np.clip(found, *middle)  # every point between the middle two is as good
        mistakes = {
            "That is the mean: it minimises the squared error, in which large errors pull harder.": (
                target.mean()
            ),
            "That is the middle of the range: it minimises the largest error, not their mean.": (
                (target.min() + target.max()) / 2
            ),
        }
        strange = f"{found:.3g} is not the best for ratings {target.tolist()}"
        expect(found, right, mistakes, f"{strange}: count how many lie on either side of it.")


@exercise(
    "Right. Below zero at both ends means: better on average over seeds, beyond easy luck.",
    stub="Nothing came back. Start with the differences, one a seed.",
)
def paired_interval(answer: Callable[[Sequence[float], float], ArrayLike]) -> None:
    """Check the 95 % interval of the mean difference between the seeds' errors and a baseline's.

    Args:
        answer: function of the seeds' values and the baseline's value that returns (low, high).
    """
    values, baseline = [0.41, 0.38, 0.40, 0.36], 0.42
    found = array(call(answer, values, baseline))
    require(found.shape == (2,), f"expected two numbers, low and high, found shape {found.shape}.")
    n, right = len(values), t_interval(value - baseline for value in values)
    ends, mean = np.array([right.low, right.high]), (right.low + right.high) / 2
    normal = 1.96 * np.std(values, ddof=1) / n**0.5
    mistakes = {
        "The sign: take EUAR minus baseline, so that a lower error is negative.": -ends[::-1],
        "That is the spread of single seeds; the mean of n seeds is surer by the root of n.": (
            mean + (ends - mean) * n**0.5
        ),
        "1.96 holds for many seeds. With few, take Student's t with n - 1 degrees of freedom.": (
            [mean - normal, mean + normal]
        ),
        "Divide the squared deviations by n - 1, not by n.": mean + (ends - mean) * (1 - 1 / n) ** 0.5,
    }
    centred = np.isclose(found.mean(), mean, atol=1e-4)
    width = "The centre is right, the width is not: t times sd over the root of n."
    centre = "The interval should lie around the mean of the differences."
    expect(found, ends, mistakes, width if centred else centre, tolerance=0.03)
