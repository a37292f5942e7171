"""The exercises of the quick start know right from wrong and name the slip; its claim has a control."""

import numpy as np
import pytest
from scipy import stats

from euar.chapters import ClaimError, claim
from euar.chapters.quick_start import exercises as quick_start

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
