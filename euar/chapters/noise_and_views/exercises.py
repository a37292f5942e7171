"""Checks of the exercises in "Noise and views"."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.judge import EMPTY, Feedback, is_empty, raised

_SIGNALS = [(1.0, 0.5), (1.0, 2.0), (4.0, 0.5), (0.25, 3.0), (2.0, 0.0)]  # variance, noise SD
_FEATURES = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0], [7.0, 80.0]])


def added_error(answer: tuple[float, float]) -> Feedback:
    """Check what twice the noise, and noise in half the rows, add to the mean squared error.

    Args:
        answer: (twice the SD, the same SD in half of the rows), in units of what the noise added at first.
    """
    try:
        double, half = (float(value) for value in answer)
    except (TypeError, ValueError):
        return Feedback(False, "Put two numbers in place of the dots, such as (1, 1).")
    if math.isclose(double, 2):
        return Feedback(False, "The SD doubles. What the noise adds to a squared error is a variance.")
    if not math.isclose(double, 4):
        return Feedback(False, "First number: the noise adds its variance times |w|^2. Double its SD.")
    if math.isclose(half, 0.25):
        return Feedback(False, "Second number: a row has its noise or it does not. Nothing is squared here.")
    if not math.isclose(half, 0.5):
        return Feedback(False, "Second number: average over the rows with noise and the rows without.")
    return Feedback(True, "Variances add, and means are taken over rows.")


def trust(answer: Callable[[float, float], float]) -> Feedback:
    """Check the slope of the best linear guess of y from x = y + noise.

    Args:
        answer: (variance of y, SD of the noise) -> slope.
    """
    try:
        values = [answer(*signal) for signal in _SIGNALS]
        if is_empty(values[0]):
            return EMPTY
        found = np.array([float(value) for value in values])
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        return raised(error)
    variance, sd = np.transpose(_SIGNALS)
    slope = variance / (variance + sd**2)
    mistakes = (
        (np.ones_like(slope), "A slope of 1 trusts every x fully. Set the derivative of the error to 0."),
        (
            variance / (variance + sd),
            "The variance of x is not v + s. Which power of s belongs there?",
        ),
        (np.sqrt(slope), "This is the correlation of x and y. The slope is its square here; show why."),
        (1 - slope, "This is the share of noise in x. More noise must mean less trust."),
    )
    for wrong, message in mistakes:
        if np.allclose(found, wrong):
            return Feedback(False, message)
    if not np.allclose(found, slope):
        return Feedback(False, "Not yet. Set the derivative of (1 - a)^2 v + a^2 s^2 in a to 0.")
    return Feedback(True, "The share of the variance of x that is signal. A model must know s to use it.")


def fill_missing(answer: Callable[[NDArray, NDArray], NDArray]) -> Feedback:
    """Check a function that puts column means into the rows that are not available.

    Args:
        answer: (features (n, d), available bool (n,)) -> filled features (n, d); it changes no argument.
    """
    available = np.array([True, True, True, False])
    mean = _FEATURES[available].mean(axis=0)
    expected = np.where(available[:, None], _FEATURES, mean)
    absent = np.where(available[:, None], _FEATURES, np.nan)
    given = absent.copy()
    try:
        plain, found = answer(_FEATURES.copy(), available), answer(given, available)
        if is_empty(plain):
            return EMPTY
        plain, found = np.asarray(plain, dtype=float), np.asarray(found, dtype=float)
    except Exception as error:  # as above
        return raised(error)
    if plain.shape != expected.shape or found.shape != expected.shape:
        return Feedback(False, f"Expected shape {expected.shape}, found {plain.shape}. Keep every row.")
    if not np.array_equal(given, absent, equal_nan=True):
        return Feedback(False, "The caller's array has changed. Write into a copy.")
    if not np.allclose(found[:3], _FEATURES[:3]):
        return Feedback(False, "Rows that are available must stay as they are.")
    for wrong, message in _filled_wrongly(plain, found, mean):
        if wrong:
            return Feedback(False, message)
    return Feedback(True, "Available rows stay, the others get the means of what was seen.")


def _filled_wrongly(plain: NDArray, found: NDArray, mean: NDArray) -> list[tuple[bool, str]]:
    """Return (whether it applies, what to say) for each mistake, most telling first."""
    return [
        (np.allclose(plain[3], 0), "0 is the mean only after standardising. Here the means are not 0."),
        (np.allclose(plain[3], _FEATURES.mean(axis=0)), "Your means count rows that are not available."),
        (np.allclose(plain[3], mean.mean()), "One mean for all columns. Take one mean a column: axis=0."),
        (np.isnan(found).any(), "NaN is left. NaN * 0 is NaN: choose with np.where or a mask instead."),
        (
            not np.allclose([plain[3], found[3]], mean),
            "An absent row needs the means of the others.",
        ),
    ]
