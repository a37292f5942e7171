"""Checks of the exercises in "Data: what we have, what leaks"."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.judge import EMPTY, Feedback, is_empty, raised

_CASES = [(0.80, 0.65, 655), (0.66, 0.63, 655), (0.60, 0.65, 200), (0.9, 0.5, 10_000)]  # score, ceiling, rows
_GROUPS = np.repeat([f"video{i}" for i in range(40)], np.tile([3, 5, 8, 4], 10))
_SHARE = 0.25


def honest_score(answer: float) -> Feedback:
    """Check what a leaked score of .95 on 500 of 600 rows, and .65 on the rest, says about new data.

    Args:
        answer: the accuracy to expect on rows that the extractor never saw.
    """
    try:
        value = float(answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put a number in place of the dots, such as 0.5.")
    if math.isclose(value, 0.95):
        return Feedback(False, "That is the score where the extractor knew the answers.")
    if math.isclose(value, (500 * 0.95 + 100 * 0.65) / 600, abs_tol=1e-3):
        return Feedback(False, "That is what the paper would print: the mixture of both kinds of rows.")
    if math.isclose(value, (0.95 + 0.65) / 2):
        return Feedback(False, "A plain mean of the two mixes memory and reading, in no proportion at all.")
    if not math.isclose(value, 0.65):
        return Feedback(False, "Which of the two kinds of rows does new data resemble?")
    return Feedback(True, "New rows are unseen rows. The rest of the printed score is memory.")


def standard_errors(answer: Callable[[float, float, int], float]) -> Feedback:
    """Check how many standard errors a score lies above a ceiling.

    Args:
        answer: (accuracy, ceiling, number of rows) -> standard errors, of an accuracy equal to the ceiling.
    """
    try:
        values = [answer(*case) for case in _CASES]
        if is_empty(values[0]):
            return EMPTY
        found = np.array([float(value) for value in values])
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    score, ceiling, rows = np.transpose(_CASES)
    variance = ceiling * (1 - ceiling)
    mistakes = (
        (
            (score - ceiling) / np.sqrt(variance),
            "You divide by the SD of one row. A mean of n rows has less.",
        ),
        ((score - ceiling) * rows / variance, "You divide by a variance. Take its square root."),
        (
            (score - ceiling) / np.sqrt(score * (1 - score) / rows),
            "The question is whether the ceiling could give this score: take the variance at the ceiling.",
        ),
        (np.abs(score - ceiling) / np.sqrt(variance / rows), "A score below the ceiling must be negative."),
    )
    for wrong, message in mistakes:
        if np.allclose(found, wrong):
            return Feedback(False, message)
    if not np.allclose(found, (score - ceiling) / np.sqrt(variance / rows)):
        return Feedback(
            False, "Not yet. A right or wrong answer has variance p(1 - p), a mean of n of them 1/n."
        )
    return Feedback(True, "Above 3, chance is no explanation any more.")


def group_split(answer: Callable[[NDArray, float, int], NDArray]) -> Feedback:
    """Check a function that draws test rows without parting a group.

    Args:
        answer: (groups (n,) str, share, seed) -> bool (n,), true for about that share of the rows.
    """
    try:
        first = answer(_GROUPS, _SHARE, 0)
        if is_empty(first):
            return EMPTY
        drawn = [np.asarray(answer(_GROUPS, _SHARE, seed)) for seed in (0, 0, 1)]
    except Exception as error:  # as above
        return raised(error)
    mask = drawn[0]
    if mask.dtype != bool or mask.shape != _GROUPS.shape:
        return Feedback(False, f"Expected bool of shape {_GROUPS.shape}, found {mask.dtype} {mask.shape}.")
    if not np.array_equal(drawn[0], drawn[1]):
        return Feedback(False, "The same seed must give the same split: use np.random.default_rng(seed).")
    for wrong, message in _splits_wrongly(mask, drawn[2]):
        if wrong:
            return Feedback(False, message)
    return Feedback(True, "Whole groups on one side, about the right size, and a new draw for a new seed.")


def _splits_wrongly(mask: NDArray, other: NDArray) -> list[tuple[bool, str]]:
    parted = sum(0 < mask[np.equal(_GROUPS, group)].mean() < 1 for group in np.unique(_GROUPS))
    return [
        (parted > 0, f"{parted} groups have rows on both sides. Draw groups, not rows."),
        (abs(mask.mean() - _SHARE) > 0.1, f"{mask.mean():.0%} of the rows are drawn, {_SHARE:.0%} wanted."),
        (np.array_equal(mask, other), "Two seeds give the same groups. Shuffle the groups with the seed."),
    ]
