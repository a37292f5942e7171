"""Metrics of regression and of classification, those of sentiment in the variants of published code.

Published Acc2, F1, MAE and Corr differ in what they do with neutral labels (y = 0) and in the order of F1's
arguments. `VARIANTS` holds these differences as data; everything else is shared.
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Labels = NDArray[Any]  # classes: integers of any width, or bool


class Variant(NamedTuple):
    """What distinguishes one family of published metrics from another.

    Attributes:
        skip_neutral: MAE and Corr over y != 0 only.
        positive: the sign test of Acc2 and F1 over y != 0; a prediction of exactly 0 shows the difference.
        weigh_by_prediction: F1 weighs the classes by predicted instead of true support.
    """

    skip_neutral: bool
    positive: Callable[[Floats, float], Truths]
    weigh_by_prediction: bool


VARIANTS = {
    "mmsa": Variant(skip_neutral=False, positive=np.greater, weigh_by_prediction=False),
    "released": Variant(skip_neutral=True, positive=np.greater_equal, weigh_by_prediction=False),
    "mult": Variant(skip_neutral=False, positive=np.greater, weigh_by_prediction=True),
}


def regression(prediction: ArrayLike, target: ArrayLike, variant: str = "mmsa") -> dict[str, float]:
    """Return MAE, Pearson's r, and the accuracies and weighted F1 of the rounded or signed values.

    Accuracies over 3, 5 and 7 classes clip to [-1, 1], [-2, 2] and [-3, 3] and then round half to even.
    `acc2` and `f1` leave out y = 0 (negative against positive); `acc2_has_zero` and `f1_has_zero` keep all
    rows (negative against not negative). What is undefined (r of a constant, a mean over no rows) is NaN,
    with a warning.

    Args:
        prediction: (B,), in label units; not clipped for MAE.
        target: (B,), in label units, nominally in [-3, 3].
        variant: `"mmsa"` (most papers), `"released"` (EUAR's code: MAE and r over y != 0, a prediction of 0
            counts as positive) or `"mult"` (F1 weighted by the predicted classes).

    Raises:
        ValueError: an unknown variant, shapes other than two equal (B,), or values that are not finite.

    Example:
        >>> found = regression(prediction=[1.25, -0.5, 0.0], target=[1.0, -1.0, 0.5])
        >>> round(found["mae"], 3), round(found["acc2"], 3), found["acc2_has_zero"]
        (0.417, 0.667, 1.0)
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant: expected one of {', '.join(VARIANTS)}, found {variant!r}")
    rule = VARIANTS[variant]
    p, y = _finite_pair(prediction, target)
    polar = y != 0
    if not polar.any():
        warnings.warn("no label differs from 0: the metrics over y != 0 are NaN", stacklevel=2)
    rows = polar if rule.skip_neutral else np.full(len(y), True)
    signs = rule.positive(y[polar], 0), rule.positive(p[polar], 0)
    halves = y >= 0, p >= 0
    return {
        "mae": _mean(np.abs(p - y)[rows]),
        "corr": _correlation(p[rows], y[rows]),
        "acc2": _mean(np.equal(*signs)),
        "acc2_has_zero": _mean(np.equal(*halves)),
        "f1": _f1_weighted(*signs[:: -1 if rule.weigh_by_prediction else 1]),
        "f1_has_zero": _f1_weighted(*halves[:: -1 if rule.weigh_by_prediction else 1]),
        **{f"acc{2 * limit + 1}": _mean(_classes(p, limit) == _classes(y, limit)) for limit in (1, 2, 3)},
    }


def plain_regression(prediction: ArrayLike, target: ArrayLike) -> dict[str, float]:
    """Return MAE, RMSE, Pearson's r and R^2: what has a meaning for ratings on any scale.

    R^2 is the share of the target's variance that the prediction explains, 1 - MSE / Var(y); below 0, the
    target's mean would have been better. What is undefined (r or R^2 of a constant) is NaN, with a warning.

    Args:
        prediction: (B,), in label units.
        target: (B,), in label units.

    Raises:
        ValueError: shapes other than two equal (B,), or values that are not finite.

    Example:
        >>> found = plain_regression(prediction=[20.0, 40.0, 90.0], target=[10.0, 50.0, 90.0])
        >>> {name: round(value, 3) for name, value in found.items()}
        {'mae': 6.667, 'rmse': 8.165, 'corr': 0.971, 'r2': 0.938}
    """
    p, y = _finite_pair(prediction, target)
    mse, variance = _mean((p - y) ** 2), float(y.var())
    return {
        "mae": _mean(np.abs(p - y)),
        "rmse": mse**0.5,
        "corr": _correlation(p, y),
        "r2": 1 - mse / variance if np.ptp(y) else float("nan"),
    }


def classification(logits: ArrayLike, target: ArrayLike) -> dict[str, float]:
    """Return accuracy, F1 weighted by true support, and F1 averaged over the classes that occur.

    Args:
        logits: (B, C); the largest of a row is the prediction.
        target: (B,) of classes 0 to C - 1.

    Raises:
        ValueError: other shapes, logits that are not finite, or a class outside 0 to C - 1.

    Example:
        >>> found = classification(logits=[[2.0, 1.0], [0.0, 1.0], [3.0, 0.0]], target=[0, 1, 1])
        >>> {name: round(value, 3) for name, value in found.items()}
        {'accuracy': 0.667, 'f1_weighted': 0.667, 'f1_macro': 0.667}
    """
    logits, y = np.asarray(logits, dtype=np.float64), np.asarray(target)
    if logits.ndim != 2 or y.shape != logits.shape[:1] or not len(y):
        raise ValueError(f"expected logits (B, C) and target (B,), found {logits.shape} and {y.shape}")
    _check_finite("logits", logits)
    classes = np.arange(logits.shape[1])
    if not np.isin(y, classes).all():
        raise ValueError(f"target: expected classes 0 to {classes[-1]}, found {np.setdiff1d(y, classes)}")
    p = logits.argmax(axis=1)
    present = [c for c in classes if (y == c).any() or (p == c).any()]
    return {
        "accuracy": _mean(p == y),
        "f1_weighted": _f1_weighted(y, p),
        "f1_macro": _mean(np.array([_f1(y == c, p == c) for c in present])),
    }


def _finite_pair(prediction: ArrayLike, target: ArrayLike) -> tuple[Floats, Floats]:
    p, y = np.asarray(prediction, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if p.ndim != 1 or p.shape != y.shape or not len(p):
        raise ValueError(f"expected prediction and target of one shape (B,), found {p.shape} and {y.shape}")
    _check_finite("prediction", p)
    _check_finite("target", y)
    return p, y


def _check_finite(name: str, values: Floats) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):  # NaN >= 0 is False: a diverged model would pass for one that always says "negative"
        raise ValueError(f"{name}: expected finite values, found {values[tuple(bad[0])]} in row {bad[0][0]}")


def _mean(values: Floats | Truths) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _correlation(p: Floats, y: Floats) -> float:
    if not len(p):
        return float("nan")  # already warned of
    if np.ptp(p) == 0 or np.ptp(y) == 0:
        warnings.warn("r of a constant is undefined: corr is NaN", stacklevel=3)
        return float("nan")
    return float(np.corrcoef(p, y)[0, 1])


def _classes(values: Floats, limit: int) -> Floats:
    return np.rint(np.clip(values, -limit, limit))


def _f1(truth: Truths, guess: Truths) -> float:
    """F1 of one class: 2 TP / (2 TP + FP + FN)."""
    return float(2 * (truth & guess).sum() / (truth.sum() + guess.sum()))


def _f1_weighted(truth: Labels, guess: Labels) -> float:
    """F1 of each class of `truth`, weighted by its share there."""
    if not len(truth):
        return float("nan")
    return sum(float((truth == c).mean()) * _f1(truth == c, guess == c) for c in np.unique(truth))
