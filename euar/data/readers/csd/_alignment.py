"""Alignment by time: which frames belong to a word, and which words to a segment. Times are in seconds."""

import numpy as np


def mean_over(intervals: np.ndarray, frames: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each interval the mean of the frames that overlap it, float64 (T, d), and their number (T,).

    Of no frame the mean is 0. A frame that only touches an interval does not overlap it.

    Args:
        intervals: (T, 2) start and end.
        frames: (F, 2) start and end, both non-decreasing.
        values: (F, d)
    """
    # Overlapping are the frames from the first that ends after the start to the last that starts before the
    # end.
    first = np.searchsorted(frames[:, 1], intervals[:, 0], side="right")
    behind = np.searchsorted(frames[:, 0], intervals[:, 1], side="left")
    count = np.maximum(behind - first, 0)
    if not len(intervals):
        return np.zeros((0, values.shape[1])), count
    bounds = np.stack([first, first + count], axis=1).ravel()
    padded = np.concatenate([values, np.zeros((1, values.shape[1]))])  # a bound may be F
    with np.errstate(invalid="ignore"):  # inf - inf
        total = np.add.reduceat(padded, bounds, axis=0)[::2]  # every other sum lies between two intervals
    return np.where(count[:, None] > 0, total, 0) / np.maximum(count, 1)[:, None], count


def members(segments: np.ndarray, words: np.ndarray) -> list[np.ndarray]:
    """Return for each segment the rows of the words whose middle lies in it, in the order of time.

    Args:
        segments: (S, 2) start and end; the end is outside.
        words: (T, 2) start and end.
    """
    middle = words.mean(axis=1)
    order = np.argsort(middle, kind="stable")
    first, behind = (np.searchsorted(middle[order], segments[:, side], side="left") for side in (0, 1))
    return [order[low:high] for low, high in zip(first, behind, strict=True)]
