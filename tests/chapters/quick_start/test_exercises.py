"""The exercises of the quick start know right from wrong and name the slip; its claims have controls."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from euar.chapters import ClaimError, claim
from euar.chapters.quick_start import exercises as quick_start
from tests.chapters.controls import run

DEEPER = "quick_start_deeper"
MATTERS = {"other rows": False, "draws": False, "batch size": False, "views": True}


def interval(errors, ridge, spread=1.0, quantile=None, ddof=1):
    gaps = np.array(errors) - ridge
    quantile = quantile or stats.t.ppf(0.975, len(gaps) - 1)
    half = quantile * gaps.std(ddof=ddof) / len(gaps) ** (spread / 2)
    return gaps.mean() - half, gaps.mean() + half


SLIPS = {
    quick_start.best_constant: {
        "No constant": lambda y: None,
        "That is the mean": np.mean,
        "middle of the range": lambda y: (y.min() + y.max()) / 2,
        "count how many": lambda y: 0.0,
    },
    quick_start.paired_interval: {
        "Nothing came back": lambda e, r: None,
        "expected two numbers": lambda e, r: 0.5,
        "spread of single seeds": lambda e, r: interval(e, r, spread=0),
        "1.96": lambda e, r: interval(e, r, quantile=1.96),
        "n - 1, not by n": lambda e, r: interval(e, r, ddof=0),
        "The sign": lambda e, r: tuple(-end for end in interval(e, r)[::-1]),
        "around the mean": lambda e, r: interval(e, 0.0),
        "the width is not": lambda e, r: interval(e, r, quantile=9.0),
    },
}
RIGHT = {
    quick_start.what_matters: [MATTERS],
    quick_start.best_constant: [
        lambda y, method=method: np.quantile(y, 0.5, method=method)
        for method in ("linear", "lower", "higher")
    ],
    quick_start.paired_interval: [
        interval,
        lambda errors, ridge: interval(errors, ridge, quantile=3.18),  # of a table
        lambda errors, ridge: stats.ttest_1samp(np.array(errors) - ridge, 0).confidence_interval(0.95),
    ],
}
WRONG = {
    quick_start.what_matters: [
        dict.fromkeys(MATTERS, ...),
        *({**MATTERS, name: not right} for name, right in MATTERS.items()),
    ],
    **{exercise: list(slips.values()) for exercise, slips in SLIPS.items()},
}


@pytest.mark.parametrize(
    ("exercise", "words"), [(exercise, words) for exercise, slips in SLIPS.items() for words in slips]
)
def test_a_slip_is_named(exercise, words):
    assert words in exercise(SLIPS[exercise][words]).message


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


RIDGE = {"mae": 0.42, "corr": 0.9}
FULL = {"default": (0.37, 0.92), "paper": (0.39, 0.91), "released": (0.34, 0.93)}


def judge_table(full):
    """Run the chapter's claims on three presets, {preset: (MAE, r)}, two seeds each that hardly differ."""
    seeds = {
        name: {"runs": [{"test": {"mae": mae + shift, "corr": r + shift}} for shift in (0.0, 0.001)]}
        for name, (mae, r) in full.items()
    }
    run("quick_start", "claim", full=seeds, rivals={"ridge": RIDGE}, measure=SimpleNamespace(SEEDS=(0, 1)))


def test_the_claims_about_the_table_hold_for_what_was_seen():
    judge_table(FULL)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"default": (0.43, 0.92)}, "default minus ridge, MAE"),
        ({"default": (0.37, 0.89)}, "default minus ridge, r"),
        ({"paper": (0.36, 0.91)}, "paper minus default"),
        ({"released": (0.38, 0.93)}, "released minus default"),
    ],
)
def test_control_each_claim_about_the_table_fails_for_another_order(changed, name):
    with pytest.raises(ClaimError, match=name):
        judge_table(FULL | changed)


SEEN = {"0": (0.38, 1.19, 0.64, 0.30), "0.001": (0.38, 1.19, 0.64, 0.29), "3": (0.38, 1.02, 0.47, 0.57)}


def judge_weights(rows):
    """Run the claims about the weight of the U-loss; error, variance, weight kept, agreement a row."""
    shifts = np.array([[-0.001], [0.0], [0.001]])
    config = SimpleNamespace(lam=1e-3, num_experts=8)
    run(DEEPER, "break-assert", config=config, measured={lam: row + shifts for lam, row in rows.items()})


def test_the_claims_about_the_u_loss_hold_for_what_was_seen():
    judge_weights(SEEN)


@pytest.mark.parametrize(
    ("lam", "row", "name"),
    [
        ("0", (0.38, 1.19, 0.64, 0.12), "agreement without U-loss"),
        ("0.001", (0.38, 1.19, 0.64, 0.57), "default λ minus λ = 0: agreement"),
        ("0.001", (0.34, 1.19, 0.64, 0.29), "default λ minus λ = 0: test MAE"),
        ("3", (0.38, 1.21, 0.47, 0.57), "mean variance"),
        ("3", (0.38, 1.02, 0.66, 0.57), "weight kept"),
        ("3", (0.38, 1.02, 0.47, 0.28), "λ = 3 minus λ = 0: agreement"),
        ("3", (0.34, 1.02, 0.47, 0.57), "λ = 3 minus λ = 0: test MAE"),
    ],
)
def test_control_each_claim_about_the_u_loss_fails_without_its_effect(lam, row, name):
    with pytest.raises(ClaimError, match=name):
        judge_weights(SEEN | {lam: row})


def test_control_a_u_loss_as_large_as_another_term_is_noticed():
    history = {"task": 0.2, "kl": 0.003, "aux": 0.05, "u": 0.004}
    with pytest.raises(ClaimError, match="weighted U-loss"):
        run(DEEPER, "terms-claim", ends=[history, history])


@pytest.mark.parametrize(
    ("view", "name"), [("lexicon", "without lexicon"), ("sentence", "minus without style")]
)
def test_control_a_view_that_costs_nothing_is_noticed(view, name):
    errors = {"lexicon": 0.78, "sentence": 0.55, "style": 0.38} | {view: 0.37}
    errors = {name: np.array([mae, mae + 0.001]) for name, mae in errors.items()}
    with pytest.raises(ClaimError, match=name):
        run(DEEPER, "missing-claim", errors=errors)
