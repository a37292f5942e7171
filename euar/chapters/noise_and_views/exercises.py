"""Checks of the exercises in "Noise and views"."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from euar.chapters.answers import array, call_on, on_cases, require, shaped
from euar.chapters.judge import exercise, expect

_SIGNALS = [(1.0, 0.5), (1.0, 2.0), (4.0, 0.5), (0.25, 3.0), (2.0, 0.0)]  # variance, noise SD
_FEATURES = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0], [7.0, 80.0]])
_AVAILABLE = np.array([True, True, True, False])


@exercise("Variances add, and means are taken over rows.")
def added_error(answer: tuple[float, float]) -> None:
    """Check what twice the noise, and noise in half the rows, add to the mean squared error.

    Args:
        answer: (twice the SD, the same SD in half of the rows), in units of what the noise added at first.
    """
    double, half = shaped(answer, 2)
    mistakes = {"The SD doubles. What the noise adds to a squared error is a variance.": 2.0}
    expect(double, 4, mistakes, "First number: the noise adds its variance times |w|^2. Double its SD.")
    mistakes = {"Second number: a row has its noise or it does not. Nothing is squared here.": 0.25}
    expect(half, 0.5, mistakes, "Second number: average over the rows with noise and the rows without.")


@exercise("The share of the variance of x that is signal. A model must know s to use it.")
def trust(answer: Callable[[float, float], float]) -> None:
    """Check the slope of the best linear guess of y from x = y + noise.

    Args:
        answer: (variance of y, SD of the noise) -> slope.
    """
    v, s = np.transpose(_SIGNALS)
    slope = v / (v + s**2)
    mistakes = {
        "A slope of 1 trusts every x fully. Set the derivative of the error to 0.": np.ones_like(slope),
        "The variance of x is not v + sigma. Which power of sigma belongs there?": v / (v + s),
        "This is the correlation of x and y. The slope is its square here; show why.": np.sqrt(slope),
        "This is the share of noise in x. More noise must mean less trust.": 1 - slope,
    }
    otherwise = "Not yet. Set the derivative of (1 - a)^2 v + a^2 s^2 in a to 0."
    expect(on_cases(answer, _SIGNALS), slope, mistakes, otherwise)


@exercise("Available rows stay, the others get the means of what was seen.")
def fill_missing(answer: Callable[[NDArray, NDArray], NDArray]) -> None:
    """Check a function that puts column means into the rows that are not available.

    Args:
        answer: (features (n, d), available bool (n,)) -> filled features (n, d); it changes no argument.
    """
    seen = _FEATURES[_AVAILABLE]
    absent = _filled_with(np.nan)
    mistakes = {
        "0 is the mean only after standardising. Here the means are not 0.": _filled_with(0),
        "Your means count rows that are not available.": _filled_with(_FEATURES.mean(axis=0)),
        "One mean for all columns. Take one mean a column: axis=0.": _filled_with(seen.mean()),
        "NaN is left. NaN * 0 is NaN: choose with np.where or a mask instead.": absent,
    }
    for features in (_FEATURES, absent):
        given = features.copy()
        found, shape = array(call_on(answer, given, _AVAILABLE.copy())), _FEATURES.shape
        require(found.shape == shape, f"Expected shape {shape}, found {found.shape}. Keep every row.")
        unchanged = np.array_equal(given, features, equal_nan=True)
        require(unchanged, "The caller's array has changed. Write into a copy.")
        require(np.allclose(found[_AVAILABLE], seen), "Rows that are available must stay as they are.")
        right = _filled_with(seen.mean(axis=0))
        expect(found, right, mistakes, "An absent row needs the means of the others.")


def _filled_with(value: float | NDArray) -> NDArray:
    """The features with a value for each column in the rows that are not available."""
    return np.where(_AVAILABLE[:, None], _FEATURES, value)
