"""Intervals that are calibrated on rows of their own: by the formula, another library, their coverage."""

import math

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.intervals import conformal, normal, of_intervals
from euar.chapters.calibrated_sigma.said import Said

RNG = np.random.default_rng(0)


def rows(n, tail=3):
    """Ratings whose sd is right in order, a third of the true size, and whose errors have heavy tails."""
    sd = RNG.uniform(0.5, 2, n)
    prediction = RNG.standard_normal(n)
    return Said(prediction, sd / 3, {}, {}), prediction + sd * RNG.standard_t(tail, n)


def test_the_interval_covers_new_rows_whatever_was_announced():
    (valid, known), (test, new) = rows(5000), rows(5000)
    before, after = (of_intervals(test, new, reach) for reach in (normal(), conformal(valid, known)))
    assert before["covered"] < 0.5
    assert after["covered"] == pytest.approx(0.9, abs=0.015)
    assert after["width"] / before["width"] == pytest.approx(conformal(valid, known) / normal())


def test_the_coverage_of_few_rows_is_at_least_the_share_on_average():
    found = []
    for _ in range(2000):
        (valid, known), (test, new) = rows(12), rows(5)
        found.append(of_intervals(test, new, conformal(valid, known))["covered"])
    exact = math.ceil(0.9 * 13) / 13  # of the 13 places that a new row may take
    assert np.mean(found) == pytest.approx(exact, abs=0.015)


@pytest.mark.parametrize(("n", "place"), [(9, 9), (19, 18), (20, 19), (99, 90)])
def test_the_reach_is_an_order_statistic(n, place):
    target = RNG.permutation(np.arange(1.0, n + 1))
    assert conformal(Said(np.zeros(n), np.full(n, 2.0), {}, {}), target) == place / 2


def test_too_few_rows_decide_nothing():
    assert conformal(Said(np.zeros(8), np.ones(8), {}, {}), np.ones(8)) == math.inf


@pytest.mark.parametrize("n", [10, 11, 19, 37, 100])
def test_the_intervals_are_those_of_mapie(n):
    mapie = pytest.importorskip("mapie.regression", reason='needs MAPIE: pip install "euar[dev]"')
    from mapie.conformity_scores import ResidualNormalisedScore
    from sklearn.linear_model import LinearRegression

    (valid, known), (test, _) = rows(n), rows(5)
    x = np.stack(valid[:2], axis=1)  # two models that read off a column each
    says, doubts = (LinearRegression().fit(x, column) for column in x.T)
    score = ResidualNormalisedScore(residual_estimator=doubts, prefit=True)
    split = mapie.SplitConformalRegressor(says, confidence_level=0.9, conformity_score=score, prefit=True)
    _, found = split.conformalize(x, known).predict_interval(np.stack(test[:2], axis=1))
    reach = conformal(valid, known) * test.sd
    np.testing.assert_allclose(found[:, 0, 0], test.prediction - reach)
    np.testing.assert_allclose(found[:, 1, 0], test.prediction + reach)
