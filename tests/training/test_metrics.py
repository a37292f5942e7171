import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as oracle

from euar.training import metrics

ALL = ["mae", "corr", "acc2", "acc2_has_zero", "f1", "f1_has_zero", "acc3", "acc5", "acc7"]


def sample(seed, n=200):
    """Labels and predictions on a grid of tenths: zeros, half labels and exact hits are all there."""
    rng = np.random.default_rng(seed)
    y = rng.integers(-30, 31, n) / 10
    return np.clip(y + rng.integers(-20, 21, n) / 10, -4, 4), y


def rounded(values, limit):
    return [max(-limit, min(limit, round(v))) for v in values]  # Python, too, rounds half to even


@pytest.mark.parametrize("seed", range(3))
def test_mmsa_agrees_with_scikit_learn_and_scipy(seed):
    p, y = sample(seed)
    polar = y != 0
    expected = {
        "mae": oracle.mean_absolute_error(y, p),
        "corr": stats.pearsonr(p, y).statistic,
        "acc2": oracle.accuracy_score(y[polar] > 0, p[polar] > 0),
        "acc2_has_zero": oracle.accuracy_score(y >= 0, p >= 0),
        "f1": oracle.f1_score(y[polar] > 0, p[polar] > 0, average="weighted"),
        "f1_has_zero": oracle.f1_score(y >= 0, p >= 0, average="weighted"),
        **{f"acc{2 * m + 1}": oracle.accuracy_score(rounded(y, m), rounded(p, m)) for m in (1, 2, 3)},
    }
    assert metrics.regression(p, y) == pytest.approx(expected, abs=1e-12)
    assert list(metrics.regression(p, y)) == ALL


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.floats(0.01, 1e4), st.floats(-1e4, 1e4))
def test_plain_regression_agrees_with_scikit_learn_and_scipy(seed, n, factor, shift):
    rng = np.random.default_rng(seed)
    y, p = rng.normal(shift, factor, n), rng.normal(shift, factor, n)
    expected = {
        "mae": oracle.mean_absolute_error(y, p),
        "rmse": oracle.root_mean_squared_error(y, p),
        "corr": stats.pearsonr(p, y).statistic,
        "r2": oracle.r2_score(y, p),
    }
    assert metrics.plain_regression(p, y) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert list(metrics.plain_regression(p, y)) == list(expected)


@pytest.mark.parametrize(("p", "y", "nan"), [([1, 2], [5, 5], {"corr", "r2"}), ([1, 1], [4, 5], {"corr"})])
def test_what_plain_regression_cannot_say_of_a_constant(p, y, nan):
    with pytest.warns(UserWarning, match="r of a constant"):
        found = metrics.plain_regression(p, y)
    assert {name for name, value in found.items() if np.isnan(value)} == nan


@pytest.mark.parametrize("seed", range(3))
def test_released_scores_polar_labels_and_calls_zero_positive(seed):
    p, y = sample(seed)
    polar = y != 0
    base, found = metrics.regression(p, y), metrics.regression(p, y, "released")
    expected = base | {
        "mae": oracle.mean_absolute_error(y[polar], p[polar]),
        "corr": stats.pearsonr(p[polar], y[polar]).statistic,
        "acc2": oracle.accuracy_score(y[polar] >= 0, p[polar] >= 0),
        "f1": oracle.f1_score(y[polar] >= 0, p[polar] >= 0, average="weighted"),
    }
    assert found == pytest.approx(expected, abs=1e-12)
    assert found["mae"] != base["mae"]


@pytest.mark.parametrize("seed", range(3))
def test_mult_swaps_the_arguments_of_f1(seed):
    p, y = sample(seed)
    polar = y != 0
    base, found = metrics.regression(p, y), metrics.regression(p, y, "mult")
    expected = base | {
        "f1": oracle.f1_score(p[polar] > 0, y[polar] > 0, average="weighted"),
        "f1_has_zero": oracle.f1_score(p >= 0, y >= 0, average="weighted"),
    }
    assert found == pytest.approx(expected, abs=1e-12)
    assert found["f1"] != base["f1"]


# label, prediction -> hit? One row alone, so every accuracy is 0 or 1.
HALVES = [
    (0.5, 0.0, "acc7", 1),  # half to even: 0.5 -> 0
    (1.5, 2.0, "acc7", 1),  # 1.5 -> 2
    (2.5, 2.0, "acc7", 1),  # 2.5 -> 2, not 3
    (-0.5, 0.0, "acc7", 1),
    (-2.5, -2.0, "acc7", 1),
    (2.51, 3.7, "acc7", 1),  # predictions beyond the scale are clipped
    (2.0, 3.0, "acc7", 0),
    (2.0, 3.0, "acc5", 1),  # clipped to [-2, 2] first
    (1.0, 2.6, "acc3", 1),
    (0.4, 0.6, "acc3", 0),
]


@pytest.mark.parametrize(("label", "guess", "metric", "hit"), HALVES)
@pytest.mark.filterwarnings("ignore:r of a constant", "ignore:no label")
def test_rounding(label, guess, metric, hit):
    assert metrics.regression([guess], [label])[metric] == hit


# Predictions of exactly 0, on three negative and one positive label.
ZEROS = [("mmsa", 0.75), ("mult", 0.75), ("released", 0.25)]


@pytest.mark.parametrize(("variant", "acc2"), ZEROS)
@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.filterwarnings("ignore:r of a constant")
def test_a_prediction_of_zero(variant, acc2, zero):
    found = metrics.regression([zero] * 4, [-1, -2, -3, 1], variant)
    assert found["acc2"] == acc2
    assert found["acc2_has_zero"] == 0.25


# Truth - - - +, guesses - - + +: F1 of "-" is 0.8, of "+" 2/3.
F1 = [
    ("mmsa", (3 * 0.8 + 2 / 3) / 4),
    ("released", (3 * 0.8 + 2 / 3) / 4),
    ("mult", (2 * 0.8 + 2 * 2 / 3) / 4),
]


@pytest.mark.parametrize(("variant", "f1"), F1)
def test_f1_by_hand(variant, f1):
    found = metrics.regression([-1, -2, 1, 3], [-1, -1, -1, 1], variant)
    assert found["f1"] == pytest.approx(f1)
    assert found["f1_has_zero"] == pytest.approx(f1)


def test_mae_is_not_clipped():
    assert metrics.regression([9.0, 0.0], [3.0, -1.0])["mae"] == 3.5


def test_a_constant_has_no_correlation():
    with pytest.warns(UserWarning, match="r of a constant"):
        found = metrics.regression([0.1, 0.1, 0.1], [1.0, 2.0, -1.0])
    assert np.isnan(found.pop("corr"))
    assert np.isfinite(list(found.values())).all()


def test_neutral_labels_only():
    with pytest.warns(UserWarning, match="no label differs from 0"):
        found = metrics.regression([0.5, -0.5], [0.0, 0.0], "released")
    undefined = {name for name, value in found.items() if np.isnan(value)}
    assert undefined == {"mae", "corr", "acc2", "f1"}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match=r"prediction: expected finite values, found (nan|inf) in row 1"):
        metrics.regression([0.0, value], [0.0, 1.0])
    with pytest.raises(ValueError, match="target: expected finite"):
        metrics.regression([0.0, 1.0], [0.0, value])
    with pytest.raises(ValueError, match=r"logits: expected finite values, found (nan|inf) in row 1"):
        metrics.classification([[0.0, 1.0], [value, 0.0]], [0, 1])


@pytest.mark.parametrize(("p", "y"), [([1.0], [1.0, 2.0]), ([[1.0], [2.0]], [1.0, 2.0]), ([], [])])
def test_shapes_are_never_broadcast(p, y):
    for score in (metrics.regression, metrics.plain_regression):
        with pytest.raises(ValueError, match="one shape"):
            score(p, y)


def test_unknown_variant_lists_the_known():
    with pytest.raises(ValueError, match="expected one of mmsa, released, mult, found 'mosi'"):
        metrics.regression([1.0], [1.0], "mosi")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(1, 40))
def test_classification_agrees_with_scikit_learn(seed, classes, n):
    rng = np.random.default_rng(seed)
    logits, y = rng.normal(size=(n, classes)), rng.integers(0, classes, n)
    p = logits.argmax(axis=1)
    expected = {
        "accuracy": oracle.accuracy_score(y, p),
        "f1_weighted": oracle.f1_score(y, p, average="weighted", zero_division=0),
        "f1_macro": oracle.f1_score(y, p, average="macro", zero_division=0),
    }
    assert metrics.classification(logits, y) == pytest.approx(expected, abs=1e-12)


def test_classification_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="classes 0 to 1, found \\[2\\]"):
        metrics.classification([[0.0, 1.0], [1.0, 0.0]], [0, 2])
    with pytest.raises(ValueError, match=r"found \(2,\)"):
        metrics.classification([0.0, 1.0], [0, 1])


def test_ordinary_data_give_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metrics.regression(*sample(0))
