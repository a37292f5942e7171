"""Alignment by time: which frames belong to a word, and which words to a segment. Times are in seconds."""

import numpy as np


def mean_over(intervals: np.ndarray, frames: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each interval the mean of the frames that overlap it, float64 (T, d); of none, 0.

    Args:
        intervals: (T, 2) start and end.
        frames: (F, 2) start and end, both non-decreasing.
        values: (F, d)
    """
    first = np.searchsorted(
        frames[:, 1], intervals[:, 0], side="right"
    )  # the first that ends after the start
    last = np.searchsorted(
        frames[:, 0], intervals[:, 1], side="left"
    )  # behind the last that starts before the end
    count = np.maximum(last - first, 0)
    padded = np.concatenate([values, np.zeros((1, values.shape[1]))])  # an index may be F
    bounds = np.stack([first, np.maximum(last, first)], axis=1).ravel()
    total = np.add.reduceat(padded, bounds, axis=0)[::2] if len(bounds) else np.zeros((0, values.shape[1]))
    return np.where(count[:, None] > 0, total, 0) / np.maximum(count, 1)[:, None]


def members(segments: np.ndarray, words: np.ndarray) -> list[np.ndarray]:
    """Return for each segment the rows of the words whose middle lies in it, in the order of time.

    Args:
        segments: (S, 2) start and end; the end is outside.
        words: (T, 2) start and end.
    """
    middle = words.mean(axis=1)
    order = np.argsort(middle, kind="stable")
    first, last = (np.searchsorted(middle[order], segments[:, side], side="left") for side in (0, 1))
    return [order[low:high] for low, high in zip(first, last, strict=True)]
