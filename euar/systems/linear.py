"""What any model must beat: a constant, and a linear model of all features.

Each function learns from arrays and returns a function that predicts: (n, d) features -> (n,) ratings, or
(n, C) logits. The penalty of the linear models is the one of `ALPHAS` that is best on the validation rows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Predictor = Callable[[Array], Array]

ALPHAS = tuple(float(alpha) for alpha in np.logspace(-2, 5, 15))


def constant(target: Array) -> Predictor:
    """Predict the mean rating, whatever the features.

    Args:
        target: (n,) ratings of the training rows.

    Example:
        >>> constant(np.array([1.0, 4.0]))(np.zeros((3, 5)))
        array([2.5, 2.5, 2.5])
    """
    mean = float(np.mean(target, dtype=np.float64))
    return lambda features: np.full(len(features), mean)


def majority(target: Array, classes: int) -> Predictor:
    """Predict the class shares of the training rows: the most frequent class always wins.

    Args:
        target: (n,) classes of the training rows, 0 to `classes` - 1.
        classes: C.

    Example:
        >>> majority(np.array([0, 1, 1]), classes=2)(np.zeros((4, 5))).argmax(axis=1)
        array([1, 1, 1, 1])
    """
    shares = np.bincount(target, minlength=classes) / len(target)
    logits = np.log(np.maximum(shares, _FLOOR))
    return lambda features: np.tile(logits, (len(features), 1))


def ridge(features: Array, target: Array, valid_features: Array, valid_target: Array) -> Predictor:
    """Ridge regression; the penalty has the lowest MAE on the validation rows.

    Args:
        features: (n, d) standardised features of the training rows.
        target: (n,) ratings.
        valid_features: (m, d), validation rows.
        valid_target: (m,)

    Example:
        >>> x = np.linspace(-1, 1, 9)[:, None]
        >>> predict = ridge(x, 2 * x[:, 0], x, 2 * x[:, 0])
        >>> predict(np.array([[0.5]])).round(2)
        array([1.])
    """
    from sklearn.linear_model import Ridge

    x, y = features.astype(np.float64), target.astype(np.float64)
    models = (Ridge(alpha=alpha).fit(x, y).predict for alpha in ALPHAS)
    best: Predictor = min(models, key=lambda predict: np.abs(predict(valid_features) - valid_target).mean())
    return best


def logistic(
    features: Array, target: Array, valid_features: Array, valid_target: Array, classes: int
) -> Predictor:
    """Multinomial logistic regression; the penalty has the lowest cross-entropy on the validation rows.

    Args:
        features: (n, d) standardised features of the training rows.
        target: (n,) classes.
        valid_features: (m, d), validation rows.
        valid_target: (m,)
        classes: C; a class that training lacks gets a logit of about -700.

    Example:
        >>> x, y = np.array([[-1.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> logistic(x, y, x, y, classes=2)(np.array([[-2.0], [2.0]])).argmax(axis=1)
        array([0, 1])
    """
    from sklearn.linear_model import LogisticRegression

    def predictor(alpha: float) -> Predictor:
        model = LogisticRegression(C=1 / alpha, max_iter=2000).fit(features.astype(np.float64), target)
        return lambda x: _spread(model.predict_proba(x), model.classes_, classes)

    def cross_entropy(predict: Predictor) -> float:
        return -float(predict(valid_features)[np.arange(len(valid_target)), valid_target].mean())

    return min(map(predictor, ALPHAS), key=cross_entropy)


_FLOOR = np.finfo(np.float64).tiny  # its logarithm is finite


def _spread(probabilities: Array, found: Array, classes: int) -> Array:
    """Log-probabilities of the classes found in training, at their places among all."""
    whole = np.full((len(probabilities), classes), _FLOOR)
    whole[:, found] = np.maximum(probabilities, _FLOOR)
    return np.log(whole)
