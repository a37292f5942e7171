"""Metrics as functions of means over rows, so that an interval over rows is one product of matrices.

An accuracy is a mean; Acc2 a ratio of two, as rows with the label 0 do not count; the weighted F1 a function
of how often each class is there, is said, and both. Each agrees with `euar.training.metrics`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.experiments.measurement import Predicted

_Array = NDArray[Any]


class Rowwise(NamedTuple):
    """A metric.

    Attributes:
        of_rows: (prediction (S, n, ...), target (n,)) -> what each row says, (S, n, c).
        of_means: means of these over rows, (..., c) -> the metric, (...).
    """

    of_rows: Callable[[_Array, _Array], _Array]
    of_means: Callable[[_Array], _Array]


def values_of(said: Predicted, ids: _Array) -> _Array:
    """Return predictions in the order of some rows, (S, n, ...) float64.

    Raises:
        ValueError: other rows were predicted.
    """
    place = {str(name): i for i, name in enumerate(said.ids)}
    if sorted(place) != sorted(map(str, ids)):
        raise ValueError(f"ids: expected the {len(place)} rows that were predicted, found {len(ids)} others")
    return said.values[:, [place[str(name)] for name in ids]].astype(np.float64)


def _alone(values: _Array) -> _Array:
    return values[..., None].astype(np.float64)


def _first(means: _Array) -> _Array:
    return means[..., 0]


def _signs(prediction: _Array, target: _Array) -> _Array:
    """Whether each row counts, and is right, (S, n, 2)."""
    right = (prediction > 0) == (target > 0)
    polar = np.broadcast_to(target != 0, right.shape)
    return np.stack([polar, polar & right], axis=-1).astype(np.float64)


def _ratio(means: _Array) -> _Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: _Array = means[..., 1] / means[..., 0]
    return found


def _seven(prediction: _Array, target: _Array) -> _Array:
    return _alone(_rounded(prediction) == _rounded(target))


def _rounded(values: _Array) -> _Array:
    classes: _Array = np.rint(np.clip(values, -3, 3))
    return classes


def _classes(truth: _Array, guess: _Array, counts: _Array, number: int) -> _Array:
    """Of each class whether it is true, said, and both, (S, n, 3 C); rows that do not count say nothing."""
    each = np.arange(number)
    is_true = np.broadcast_to((truth[:, None] == each) & counts[:, None], (*guess.shape, number))
    is_said = (guess[..., None] == each) & counts[:, None]
    return np.concatenate([is_true, is_said, is_true & is_said], axis=-1).astype(np.float64)


def _f1_weighted(means: _Array) -> _Array:
    true, said, both = np.split(means, 3, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_class = np.where(true > 0, 2 * both / (true + said), 0)
        found: _Array = (true * by_class).sum(axis=-1) / true.sum(axis=-1)
    return found


#: {metric of `euar.training.metrics`: how rows make it}; more is better in all but the error.
ROWWISE = {
    "mae": Rowwise(lambda p, y: _alone(np.abs(p - y)), _first),
    "acc2": Rowwise(_signs, _ratio),
    "acc7": Rowwise(_seven, _first),
    "f1": Rowwise(lambda p, y: _classes((y > 0).astype(int), (p > 0).astype(int), y != 0, 2), _f1_weighted),
    "accuracy": Rowwise(lambda p, y: _alone(p.argmax(axis=-1) == y), _first),
    "f1_weighted": Rowwise(
        lambda p, y: _classes(y, p.argmax(axis=-1), np.ones(len(y), dtype=bool), p.shape[-1]), _f1_weighted
    ),
}
