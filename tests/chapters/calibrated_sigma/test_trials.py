"""Trials of what is said, on cases that are known by construction."""

import numpy as np
import pytest
from scipy import stats

from euar.chapters.calibrated_sigma.said import Said
from euar.chapters.calibrated_sigma.trials import aurc, of_errors, of_levels, of_noise

RNG = np.random.default_rng(0)


def ratings(sd, noise=None, weights=None, n=5000):
    return Said(np.zeros(n), np.full(n, sd) if np.isscalar(sd) else sd, noise or {}, weights or {})


def test_a_model_that_knows_which_rows_are_hit_names_them():
    hit = {"a": np.array([1, 1, 0, 0, 0, 1], bool), "b": np.array([0, 0, 1, 1, 0, 1], bool)}
    noise = {m: rows + np.linspace(0, 0.1, 6) for m, rows in hit.items()}
    weights = {"a": np.array([0.1, 0.1, 0.9, 0.9, 0.5, 0.5]), "b": np.array([0.9, 0.9, 0.1, 0.1, 0.5, 0.5])}
    found = of_noise(ratings(None, noise, weights, n=6), hit)
    assert found["auroc"] == {"a": 1.0, "b": 1.0} and found["named"] == 1.0
    assert found["moved"]["a"] == pytest.approx((0.1 + 0.1 + 0.5) / 3 - (0.9 + 0.9 + 0.5) / 3)
    turned = of_noise(ratings(None, {m: -values for m, values in noise.items()}, n=6), hit)
    assert turned["auroc"] == {"a": 0.0, "b": 0.0} and turned["named"] == 0.0 and "moved" not in turned


def test_what_is_not_said_and_what_is_never_hit_is_left_out():
    hit = {"a": np.array([True, False]), "b": np.array([False, False])}
    found = of_noise(ratings(None, {"a": np.array([2.0, 1.0]), "b": np.array([2.0, 1.0])}, n=2), hit)
    assert found == {"auroc": {"a": 1.0}}
    assert of_noise(ratings(None, n=2), hit) == {}


def test_levels_are_compared_by_rank():
    levels = {"a": np.array([0.1, 0.5, 2.0]), "b": np.array([1.0, 2.0, 3.0])}
    said = ratings(None, {"a": np.array([1.0, 10.0, 11.0]), "b": np.array([3.0, 2.0, 1.0])}, n=3)
    assert of_levels(said, levels) == pytest.approx({"a": 1.0, "b": -1.0})


@pytest.mark.parametrize(("factor", "covered"), [(1.0, 0.9), (2.0, 0.999), (0.5, 0.589)])
def test_coverage_and_likelihood_of_ratings(factor, covered):
    sd = RNG.uniform(0.5, 2, 5000)
    target = sd * RNG.standard_normal(5000)
    found = of_errors(ratings(factor * sd), target)
    assert found["covered"] == pytest.approx(covered, abs=0.015)
    assert found["nll"] == pytest.approx(-stats.norm.logpdf(target, 0, factor * sd).mean())
    assert found["order"] > 0.3  # larger where the error is larger
    assert found["aurc"] < of_errors(ratings(RNG.permutation(sd)), target)["aurc"]


def test_the_likelihood_is_best_where_the_sd_is_true():
    sd = RNG.uniform(0.5, 2, 5000)
    target = sd * RNG.standard_normal(5000)
    by_factor = {f: of_errors(ratings(f * sd), target)["nll"] for f in (0.5, 1.0, 2.0)}
    assert min(by_factor, key=by_factor.get) == 1.0


def test_selective_risk_by_hand():
    assert aurc(np.array([0.0, 1.0, 2.0]), np.array([1, 2, 3])) == pytest.approx((0 + 0.5 + 1) / 3)


def test_classes_are_calibrated_where_shares_are_true():
    share = RNG.uniform(0.5, 1, 20_000)
    target = (RNG.uniform(size=20_000) > share).astype(int)
    true = Said(np.stack([share, 1 - share], axis=1), None, {}, {})
    sure = Said(np.stack([share**0.2, 1 - share**0.2], axis=1), None, {}, {})
    assert of_errors(true, target)["ece"] < 0.02 < 0.1 < of_errors(sure, target)["ece"]
    assert of_errors(true, target)["nll"] < of_errors(sure, target)["nll"]


def test_a_system_that_announces_nothing_has_no_trial_of_errors():
    assert of_errors(Said(np.zeros(2), None, {}, {}), np.ones(2)) == {}
