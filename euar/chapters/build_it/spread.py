"""Whether the draws of experts have the spread that they should have."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar.chapters.answers import array, call_on, gradients, require, shaped
from euar.chapters.build_it.twins import parts, same
from euar.experts import GaussianExperts

_DRAWS = 20_000
_NONE = "z has no noise in training: it is the mean plus eps times sigma."


def check_draws(mine: nn.Module, ours: GaussianExperts) -> None:
    """Judge many draws of the reader's experts for one row, in training (Eq. 3).

    Args:
        mine: the reader's experts, with the weights of `ours`.
        ours: the package's.

    Raises:
        AnswerError: middle, spread, independence or gradient is not that of Eq. 3.
    """
    row = torch.full((1, ours.in_features), 0.5)
    right, rows = ours(row), row.expand(_DRAWS, -1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        z = parts(call_on(mine, rows), "mean", "log_var", "z")[2]
    drawn = shaped(z, _DRAWS, *right.mean.shape[1:]).astype(float)
    sigma = array((right.log_var / 2).exp()[0])
    mistakes = _slips(right.log_var[0], sigma)
    found, off = drawn.std(axis=0), np.abs(drawn.mean(axis=0) - array(right.mean[0])) / sigma
    found[found < 1e-3 * sigma] = 0  # what rounding leaves
    if off.max() > 0.1:
        mistakes["One eps serves the whole batch: draw one for each entry."] = mistakes.pop(_NONE)
    axes = ("expert", "feature")
    same("spread of z", found, sigma, mistakes, axes=axes, tolerance=0.05)
    require(off.max() < 0.1, "z: the spread is right, but its middle is not the mean. Is eps from randn?")
    entries = drawn.reshape(_DRAWS, -1)
    together = np.abs(np.corrcoef(entries.T) - np.eye(entries.shape[1])).max()
    require(together < 0.2, "z: entries of a row move together. Draw an eps for each: randn_like(mean).")
    _check_gradient(mine, z)


def _slips(log_var: Tensor, sigma: NDArray) -> dict[str, NDArray]:
    return {
        _NONE: np.zeros_like(sigma),
        "eps is multiplied by the variance. Take sigma = exp(log_var / 2).": sigma**2,
        "eps is multiplied by the log-variance. Take sigma = exp(log_var / 2).": array(log_var.abs()),
        "rand draws evenly from 0 to 1. eps is standard normal: randn_like.": sigma / 12**0.5,
        "eps is added without sigma.": np.ones_like(sigma),
    }


def _check_gradient(mine: nn.Module, z: Tensor) -> None:
    spread = [value for name, value in mine.named_parameters() if name == "f2.weight"]
    lost = "z: no gradient reaches f2. Draw eps alone, then multiply: a drawn z has none."
    require(gradients(z.square(), spread, lost)[0].any(), lost)
