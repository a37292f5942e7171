"""Checks of the exercises in "Data: what we have, what leaks"."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import array, call, on_cases, require
from euar.chapters.judge import exercise, expect

_CASES = [(0.80, 0.65, 655), (0.66, 0.63, 655), (0.60, 0.65, 200), (0.9, 0.5, 10_000)]  # score, ceiling, rows
_GROUPS = np.repeat([f"video{i}" for i in range(40)], np.tile([3, 5, 8, 4], 10))
_SHARE = 0.25


@exercise("New rows are unseen rows. The rest of the printed score is memory.")
def honest_score(answer: float) -> None:
    """Check what a leaked score of .95 on 500 of 600 rows, and .65 on the rest, says about new data.

    Args:
        answer: the accuracy to expect on rows that the extractor never saw.
    """
    mistakes = {
        "That is the score where the extractor knew the answers.": 0.95,
        "That is what the paper would print: the mixture of both kinds of rows.": 0.9,
        "A plain mean of the two mixes memory and reading, in no proportion at all.": (0.95 + 0.65) / 2,
    }
    expect(answer, 0.65, mistakes, "Which of the two kinds of rows does new data resemble?")


@exercise("Above 3, chance is no explanation any more.")
def standard_errors(answer: Callable[[float, float, int], float]) -> None:
    """Check how many standard errors a score lies above a ceiling.

    Args:
        answer: (accuracy, ceiling, number of rows) -> standard errors, of an accuracy equal to the ceiling.
    """
    p, c, n = np.transpose(_CASES)
    sd, at_score = np.sqrt(c * (1 - c)), np.sqrt(p * (1 - p))
    right = (p - c) / sd * np.sqrt(n)
    mistakes = {
        "You divide by the SD of one row. A mean of n rows has less.": (p - c) / sd,
        "You divide by a variance. Take its square root.": (p - c) / sd**2 * n,
        "The question is whether the ceiling could give this score: take the variance at the ceiling.": (
            (p - c) / at_score * np.sqrt(n)
        ),
        "A score below the ceiling must be negative.": np.abs(right),
    }
    otherwise = "Not yet. A right or wrong answer has variance p(1 - p), a mean of n of them 1/n."
    expect(on_cases(answer, _CASES), right, mistakes, otherwise)


@exercise("Whole groups on one side, about the right size, and a new draw for a new seed.")
def group_split(answer: Callable[[NDArray, float, int], NDArray]) -> None:
    """Check a function that draws test rows without parting a group.

    Args:
        answer: (groups (n,) str, share, seed) -> bool (n,), true for about that share of the rows.
    """
    mask, again, other = (array(call(answer, _GROUPS, _SHARE, seed)) for seed in (0, 0, 1))
    require(
        mask.dtype == bool and mask.shape == _GROUPS.shape,
        f"Expected bool of shape {_GROUPS.shape}, found {mask.dtype} {mask.shape}.",
    )
    same = np.array_equal(mask, again)
    require(same, "The same seed must give the same split: use np.random.default_rng(seed).")
    parted = sum(0 < mask[np.equal(_GROUPS, group)].mean() < 1 for group in np.unique(_GROUPS))
    require(not parted, f"{parted} groups have rows on both sides. Draw groups, not rows.")
    near = abs(mask.mean() - _SHARE) <= 0.1
    require(near, f"{mask.mean():.0%} of the rows are drawn, {_SHARE:.0%} wanted.")
    moves = not np.array_equal(mask, other)
    require(moves, "Two seeds give the same groups. Shuffle the groups with the seed.")
