"""The checks of the quick start accept what is right and say what is wrong."""

import numpy as np
import pytest
from scipy import stats

from euar.check import ClaimError, claim, quick_start

MATTERS = {"other rows": False, "draws": False, "batch size": False, "views": True}


def test_what_matters_accepts_the_solution():
    assert quick_start.what_matters(MATTERS).ok


def test_what_matters_explains_the_stub_and_each_wrong_answer_differently():
    wrong = [dict.fromkeys(MATTERS, ...), *({**MATTERS, name: not right} for name, right in MATTERS.items())]
    answers = [quick_start.what_matters(answer) for answer in wrong]
    assert not any(answer.ok for answer in answers)
    assert len({answer.message for answer in answers}) == len(wrong)


def test_best_constant_accepts_every_median():
    for method in ("linear", "lower", "higher"):
        assert quick_start.best_constant(lambda y, method=method: np.quantile(y, 0.5, method=method)).ok


CONSTANT_SLIPS = {
    "No constant": lambda y: None,
    "That is the mean": np.mean,
    "middle of the range": lambda y: (y.min() + y.max()) / 2,
    "count how many": lambda y: 0.0,
}


@pytest.mark.parametrize(("message", "answer"), CONSTANT_SLIPS.items())
def test_best_constant_names_the_slip(message, answer):
    found = quick_start.best_constant(answer)
    assert not found.ok and message in found.message


def _interval(errors, ridge, spread=1.0, quantile=None, ddof=1):
    gaps = np.array(errors) - ridge
    quantile = quantile or stats.t.ppf(0.975, len(gaps) - 1)
    half = quantile * gaps.std(ddof=ddof) / len(gaps) ** (spread / 2)
    return gaps.mean() - half, gaps.mean() + half


def test_paired_interval_accepts_scipy_and_the_formula():
    assert quick_start.paired_interval(_interval).ok
    assert quick_start.paired_interval(
        lambda errors, ridge: stats.ttest_1samp(np.array(errors) - ridge, 0).confidence_interval(0.95)
    ).ok


INTERVAL_SLIPS = {
    "Nothing came back": lambda e, r: None,
    "expected two numbers": lambda e, r: 0.5,
    "spread of single seeds": lambda e, r: _interval(e, r, spread=0),
    "1.96": lambda e, r: _interval(e, r, quantile=1.96),
    "n - 1, not by n": lambda e, r: _interval(e, r, ddof=0),
    "The sign": lambda e, r: tuple(-end for end in _interval(e, r)[::-1]),
    "around the mean": lambda e, r: _interval(e, 0.0),
    "the width is not": lambda e, r: _interval(e, r, quantile=9.0),
}


@pytest.mark.parametrize(("message", "answer"), INTERVAL_SLIPS.items())
def test_paired_interval_names_the_slip(message, answer):
    found = quick_start.paired_interval(answer)
    assert not found.ok and message in found.message


def test_a_model_that_learned_from_shuffled_ratings_does_not_pass_the_chapters_claim():
    """The negative control: the same training on ratings that were dealt to the wrong rows."""
    from dataclasses import replace

    from euar.data import load
    from euar.experiments.linear import baselines
    from euar.model import EUARConfig
    from euar.training import fit

    data = load("embedded").with_modalities(["lexicon", "style"])
    learn = data.split != "test"
    shuffled = data.target.copy()
    shuffled[learn] = np.random.default_rng(0).permutation(shuffled[learn])
    config = EUARConfig(in_features=data.in_features, dim=8, num_experts=4, k=2)
    runs = fit(config, replace(data, target=shuffled), seeds=(0, 1), epochs=1, batch_size=256)
    ridge = baselines(data)["ridge"]["mae"]
    with pytest.raises(ClaimError):
        claim("default minus ridge, test MAE", [mae - ridge for mae in runs.values("mae")], at_most=0)
