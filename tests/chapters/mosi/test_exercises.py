"""The exercises of "CMU-MOSI" know right from wrong; its claims fail where the effect is removed."""

import matplotlib
import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.mosi import exercises as check
from euar.training import metrics
from tests.chapters import controls

matplotlib.use("Agg")


def unfinished(*_):
    raise NotImplementedError


def signs(p, y, test=np.greater, kept=None):
    kept = y != 0 if kept is None else kept
    return np.mean(test(p[kept], 0) == test(y[kept], 0))


RIGHT = {
    check.sets: [
        (7, 7, 1),
        [7.0, 7, 1],
    ],
    check.cost_of_noise: [
        lambda d, n, s2: d * s2 / n,
    ],
    check.acc2: [
        signs,
        lambda p, y: metrics.regression(p, y)["acc2"],
    ],
}
WRONG = {
    check.sets: [(..., ..., ...), (8, 8, 1), (6, 6, 1), (3, 3, 1), (7, 1, 1), (7, 7, 7)],
    check.cost_of_noise: [
        unfinished,
        lambda d, n, s2: s2 / n,
        lambda d, n, s2: np.sqrt(d * s2 / n),
        lambda d, n, s2: n * s2 / d,
        lambda d, n, s2: d**2 * s2 / n,
        lambda d, n, s2: d / n,
        lambda d, n, s2: 99.0,
        lambda d, n, s2: 1 / 0,
    ],
    check.acc2: [
        unfinished,
        lambda p, y: np.mean((p > 0) == (y > 0)),
        lambda p, y: np.mean((p >= 0) == (y >= 0)),
        lambda p, y: np.mean((p >= 0)[y != 0] == (y > 0)[y != 0]),
        lambda p, y: np.mean(np.sign(p[y != 0]) == np.sign(y[y != 0])),
        lambda p, y: signs(p, y) * np.sum(y != 0),
        lambda p, y: signs(p, y) * np.mean(y != 0),
        lambda p, y: 0.123,
        lambda p, y: p[99],
    ],
}


def test_columns_of_noise_cost_what_the_exercise_says():
    rng = np.random.default_rng(0)
    d, n, costs = 20, 400, []
    for _ in range(200):
        x, y = rng.normal(size=(n, d)), rng.normal(scale=2, size=n)
        w = np.linalg.lstsq(x, y, rcond=None)[0]
        costs.append(w @ w)  # what it adds on new rows, whose columns have variance 1
    assert np.mean(costs) == pytest.approx(d * 4 / n, rel=0.1)


def run(cells, change=lambda results: None):
    """Execute cells of the chapter on results that `change` has changed, and return their names."""

    def change_pairs(pairs):
        change({(row.variant, row.system, row.modalities): result for row, result in pairs})

    return controls.run("mosi", "results", "scores", *cells, change=change_pairs)


def shifted(key, metric, by):
    """A system whose test scores are other by a number in every run."""

    def change(results):
        for one in results[key]["runs"]:
            for split in (one["test"], *one["others"].values()):
                split[metric] += by

    return change


def ordinary(results):
    for variant in ("leaked", "official"):
        shifted((variant, "default", None), "acc2", -0.06)(results)


def deaf_to_audio(results):
    for one in results["official", "concat", None]["runs"]:
        one["others"]["without audio"] = one["test"]


def mute(results):
    for one in results["official", "default", None]["runs"]:
        one["others"]["without text"] = one["test"]


def ridge(variant, acc2):
    def change(results):
        results[variant, "default", None]["baselines"]["ridge"]["acc2"] = acc2

    return change


def equal_signs_and_no_sound(results):
    """As many positive as negative; audio says less still, so that video is asked."""
    results["unseen-video", "default", ("text",)]["baselines"]["constant"]["acc2"] = 0.5
    shifted(("unseen-video", "default", ("audio",)), "acc2", -0.1)(results)


def equal_signs(results):
    results["unseen-video", "default", ("text",)]["baselines"]["constant"]["acc2"] = 0.5


def linear_better_without(results):
    for one in results["official", "linear-experts", None]["runs"]:
        one["others"]["without audio"]["mae"] -= 0.05


def late_fusion_deaf(results):
    for one in results["unseen-video", "late-fusion", None]["runs"]:
        one["others"]["without audio"] = one["test"]


def weak_ridge(results):
    results["leaked", "default", None]["baselines"]["ridge"]["acc2"] = 0.9


SETS = ("sets", "sets-claims")
LEFT_OUT = ("left-out-table", "left-out-claims")
LEAK = ("leak-claims",)
CONTROLS = {
    "official: ridge - default": (("claims",), shifted(("official", "default", None), "mae", 0.1)),
    "official: default - linear experts": (
        ("claims",),
        shifted(("official", "linear-experts", None), "acc2", 0.02),
    ),
    "unseen-video: MLP experts": (("claims",), shifted(("unseen-video", "mlp-experts", None), "mae", 0.05)),
    "official: concat - default, Acc7": (("claims",), shifted(("official", "concat", None), "acc7", -0.03)),
    "unseen-video: concat - default, Acc7": (
        ("claims",),
        shifted(("unseen-video", "concat", None), "acc7", -0.03),
    ),
    "official: MLP experts - default, Acc7": (
        ("claims",),
        shifted(("official", "mlp-experts", None), "acc7", -0.03),
    ),
    "official: default - ridge, Acc2": (("claims",), ridge("official", 0.79)),
    "unseen-video: ridge - default, Acc2": (("claims",), ridge("unseen-video", 0.76)),
    "all minus text": (SETS, shifted(("unseen-video", "default", None), "acc2", 0.05)),
    "text minus audio": (SETS, shifted(("unseen-video", "default", ("audio",)), "acc2", 0.2)),
    "text minus video": (SETS, shifted(("unseen-video", "default", ("video",)), "acc2", 0.2)),
    "other sign minus audio": (SETS, equal_signs),
    "other sign minus video": (SETS, equal_signs_and_no_sound),
    "official, concat: gain without audio": (LEFT_OUT, deaf_to_audio),
    "unseen-video, late fusion: gain without audio": (LEFT_OUT, late_fusion_deaf),
    "gain of default minus linear experts": (LEFT_OUT, linear_better_without),
    "official, default: loss without text": (LEFT_OUT, mute),
    "leaked minus official": (LEAK, shifted(("official", "default", None), "acc2", 0.1)),
    "leaked, default minus the best": (LEAK, ordinary),
    "leaked: default minus ridge": (LEAK, weak_ridge),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    cells, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        run(cells, change)


@pytest.mark.parametrize("cells", [("claims",), SETS, LEFT_OUT, LEAK])
def test_the_claims_hold_on_the_results(cells):
    run(cells)
