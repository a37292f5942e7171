"""Checks of the exercises in "Fast experts"."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from euar.chapters.answers import array, call, on_cases, require
from euar.chapters.judge import exercise, expect, part

_CASES = [(8, 64), (32, 128), (128, 128), (2, 16)]


@exercise("The rows of an expert now stand together: one product an expert, and none for those without rows.")
def sort_pairs(answer: Callable[[Tensor, int], tuple[Tensor, Tensor]]) -> None:
    """Check a function that sorts pairs of sample and expert by expert.

    Args:
        answer: (index (B, k), N) -> (order (B k,), ends (N,)): the places of the flat index, sorted by expert
            and within an expert by sample, and where each expert's rows end.
    """
    index = torch.tensor([[2, 0], [3, 2], [0, 3], [2, 3], [0, 2]])
    found = call(answer, index, 6)
    require(isinstance(found, tuple | list) and len(found) == 2, "Return two tensors: order and ends.")
    right = _sorted(index, 6)
    counts = np.bincount(index.flatten(), minlength=6)
    with part("order"):
        hint = "Those are the experts, sorted. `sort` and `argsort` also give the places they came from."
        mistakes = {
            hint: index.flatten().sort().values,
            "Those are samples, not places in the flat index: divide by k only afterwards.": right[0] // 2,
            "That undoes the order: it says where each pair goes.": right[0].argsort(),
            "Within an expert the rows should stay in order: sort with `stable=True`.": _backwards(index),
        }
        expect(found[0], right[0], mistakes, "Sort the flat index and return the places.")
    with part("ends"):
        mistakes = {
            "Those are the counts. An expert's rows end where the counts up to it add up.": counts,
            "Those are the starts: you left the expert's own rows out.": np.cumsum(counts) - counts,
            "Experts 1, 4 and 5 have no rows here, but they need an end, too: use `minlength`.": right[1][:4],
        }
        expect(found[1], right[1], mistakes, "Count the rows of each expert, then add up.")


@exercise("A little above D: with many experts, the second moment is paid for once and forgotten.")
def break_even(answer: Callable[[int, int], float]) -> None:
    """Check from how many rows on the second moment takes fewer multiplications than the rows.

    Args:
        answer: (N, D) -> B.
    """
    n, d = np.transpose(_CASES)
    mistakes = {
        "You left out the second moment itself: it costs B D^2, once.": d,
        "The second moment is computed once, not for every expert.": np.full(len(d), np.inf),
        "Both sides hold B: bring them together before you divide.": d * (n + 1) / n,
        "Turn the fraction over: fewer experts need more rows.": d * (n - 1) / n,
    }
    expect(on_cases(answer, _CASES), n * d / (n - 1), mistakes, "Solve N B D^2 = N D^3 + B D^2 for B.")


def _sorted(index: Tensor, num_experts: int) -> tuple[Any, Any]:
    order = index.flatten().argsort(stable=True)
    return order, torch.bincount(index.flatten(), minlength=num_experts).cumsum(0)


def _backwards(index: Tensor) -> Any:
    """The places sorted by expert, but the last sample of each first."""
    flat = array(index.flatten())
    return np.lexsort((-np.arange(len(flat)), flat))
