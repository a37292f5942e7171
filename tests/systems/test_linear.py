import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.dummy import DummyClassifier, DummyRegressor

from euar.systems import linear


@pytest.fixture(scope="module")
def ratings():
    x, y = make_regression(90, 40, n_informative=8, noise=30, random_state=0)
    return x[:40], y[:40] / 50, x[40:60], y[40:60] / 50, x[60:]


@pytest.fixture(scope="module")
def classes():
    x, y = make_classification(150, 10, n_classes=3, n_informative=5, random_state=0)
    return x[:70], y[:70], x[70:110], y[70:110], x[110:]


def solve(x, y, alpha):
    """Ridge by its normal equations, with an intercept that is not penalised."""
    centre = x - x.mean(axis=0)
    weights = np.linalg.solve(centre.T @ centre + alpha * np.eye(x.shape[1]), centre.T @ (y - y.mean()))
    return lambda new: (new - x.mean(axis=0)) @ weights + y.mean()


def test_constant_is_the_mean(ratings):
    x, y, _, _, test = ratings
    expected = DummyRegressor(strategy="mean").fit(x, y).predict(test)
    assert linear.constant(y)(test) == pytest.approx(expected)


def test_majority_is_the_most_frequent_class(classes):
    x, y, _, _, test = classes
    dummy = DummyClassifier(strategy="prior").fit(x, y)
    logits = linear.majority(y, 3)(test)
    assert np.array_equal(logits.argmax(axis=1), dummy.predict(test))
    assert np.exp(logits) == pytest.approx(dummy.predict_proba(test))


def test_ridge_takes_the_penalty_with_the_least_validation_mae(ratings):
    x, y, valid_x, valid_y, test = ratings
    solutions = [solve(x, y, alpha) for alpha in linear.ALPHAS]
    errors = [np.abs(predict(valid_x) - valid_y).mean() for predict in solutions]
    best = int(np.argmin(errors))
    assert 0 < best < len(errors) - 1  # so that the choice matters
    assert linear.ridge(x, y, valid_x, valid_y)(test) == pytest.approx(solutions[best](test), rel=1e-6)


def test_ridge_works_in_double_precision(ratings):
    x, y, valid_x, valid_y, test = (part.astype(np.float32) for part in ratings)
    assert linear.ridge(x, y, valid_x, valid_y)(test).dtype == np.float64


def test_logistic_takes_the_penalty_with_the_least_validation_cross_entropy(classes):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    x, y, valid_x, valid_y, test = classes
    models = [LogisticRegression(C=1 / alpha, max_iter=2000).fit(x, y) for alpha in linear.ALPHAS]
    losses = [log_loss(valid_y, model.predict_proba(valid_x)) for model in models]
    best = models[int(np.argmin(losses))]
    assert 0 < np.argmin(losses) < len(losses) - 1
    found = linear.logistic(x, y, valid_x, valid_y, 3)(test)
    assert found == pytest.approx(best.predict_log_proba(test), rel=1e-6)


def test_a_class_that_training_lacks_keeps_its_column(classes):
    x, y, valid_x, valid_y, test = classes
    known, valid_known = y != 1, valid_y != 1
    logits = linear.logistic(x[known], y[known], valid_x[valid_known], valid_y[valid_known], 4)(test)
    assert logits.shape == (len(test), 4)
    assert np.isfinite(logits).all()
    assert not set(logits.argmax(axis=1)) & {1, 3}
    assert linear.majority(y[known], 4)(test).argmax(axis=1).max() in (0, 2)
