"""The exercises of "NYU Depth V2" know right from wrong; its claims fail where the effect is removed."""

import copy

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, recall_score

from euar.chapters import ClaimError
from euar.chapters.nyud import exercises as check
from tests.chapters import controls

matplotlib.use("Agg")


def paired(d, delta, n):
    return np.sqrt((d - delta**2) / n)


def f1(average):
    return lambda guess, truth, classes: f1_score(
        truth, guess, labels=range(classes), average=average, zero_division=0
    )


def over_guessed_classes(guess, truth, _classes):
    return f1_score(truth, guess, labels=np.unique(guess), average="macro")


def through_precision(guess, truth, classes):
    with np.errstate(invalid="ignore"):
        precision = [np.sum((guess == c) & (truth == c)) / np.sum(guess == c) for c in range(classes)]
    recall = [np.mean(guess[truth == c] == c) for c in range(classes)]
    return np.mean([2 * p * r / (p + r) for p, r in zip(precision, recall, strict=True)])


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.untouched: [
        (0.25, 0.5625),
        [1 / 4, np.float32(9 / 16)],
    ],
    check.paired_error: [
        paired,
        lambda d, delta, n: ((d - delta * delta) / n) ** 0.5,
    ],
    check.macro_f1: [
        f1("macro"),
    ],
}
WRONG = {
    check.untouched: [
        (..., ...),
        (0.5, 0.75),
        (0.75, 0.5625),
        (0.1, 0.5625),
        (0.25, 0.25),
        (0.25, 0.75),
        (0.25, 0.5),
    ],
    check.paired_error: [
        lambda d, delta, n: ...,
        lambda d, delta, n: np.sqrt(d - delta**2),
        lambda d, delta, n: (d - delta**2) / n,
        lambda d, delta, n: np.sqrt(d / n),
        lambda d, delta, n: np.sqrt(abs(delta) * (1 - abs(delta)) / n),
        lambda d, delta, n: d + delta,
        lambda d, delta, n: 1 / 0,
    ],
    check.macro_f1: [
        lambda guess, truth, classes: None,
        lambda guess, truth, classes: accuracy_score(truth, guess),
        f1("weighted"),
        lambda guess, truth, classes: recall_score(truth, guess, average="macro"),
        over_guessed_classes,
        through_precision,
        lambda guess, truth, classes: 0.5,
        lambda guess, truth, classes: guess[10_000],
    ],
}


def run(cells, change=lambda found: None):
    """Execute cells of one of the two pages on results that `change` has changed, and return their names."""
    page = "nyud_deeper" if set(cells) <= set(DEEPER) else "nyud"
    space = controls.run(page, "results")
    space["found"] = copy.deepcopy(space["found"])
    space["one"] = space["found"].systems["default"]
    change(space["found"])
    sources = controls.sources(page)
    for cell in ("scores", *cells):
        exec(sources[cell], space)
    plt.close("all")
    return space


CLEAN = ("clean-claims",)
NOISE = ("kept", "noise-pairs", "noise-claims")
GROWS = ("grows-code",)
KNOW = ("clean-claims", "know-code", "know-claim")
VIEWS = ("views-table", "views-claim")
STRUCTURE = ("noise-macro", "structure-claim")
METER = ("meter", "meter-claim")
SCENES = ("scenes-error",)
DEEPER = (*VIEWS, *STRUCTURE, *METER, *SCENES)


def splits(result):
    """All test splits of all runs of a result."""
    return [split for r in result["runs"] for split in (r["test"], *r["others"].values())]


def shifted(name, by):
    """A system that is better than it was, everywhere."""

    def change(found):
        for split in splits(found.systems[name]):
            split["accuracy"] += by

    return change


def turned(name, like):
    """A system with the runs of another, of other seeds: equal on average, unequal seed by seed."""

    def change(found):
        runs = copy.deepcopy(found.systems[like]["runs"])
        seeds = [r["seed"] for r in runs]
        turned = zip(runs, seeds[1:] + seeds[:1], strict=True)
        found.systems[name]["runs"] = [r | {"seed": seed} for r, seed in turned]

    return change


def without_noise(found):
    for r in found.systems["default"]["runs"]:
        r["others"]["gaussian:10"] = r["test"]


def useless_alone(found):
    for result in found.alone.values():
        for r in result["runs"]:
            r["test"]["accuracy"] = 0.25


def poor_logistic(found):
    found.linear[None]["baselines"]["logistic"]["accuracy"] = 0.5


def poor_logistic_in_rare_rooms(found):
    found.linear[None]["baselines"]["logistic"]["f1_macro"] = 0.4


def late_fusion_with_more_to_lose(found):
    for r in found.systems["late-fusion"]["runs"]:
        r["test"]["accuracy"] += 0.1


def weaker_under_strong_noise(name):
    """A rival over which the lead grows with Gaussian noise."""

    def change(found):
        for r in found.systems[name]["runs"]:
            r["others"]["gaussian:10"]["accuracy"] -= 0.2

    return change


CONTROLS = {
    "default minus majority": (CLEAN, shifted("default", -0.15)),
    "default minus logistic, clean:": (CLEAN, poor_logistic),
    "default minus logistic, clean, macro F1": (CLEAN, poor_logistic_in_rare_rooms),
    "default minus linear experts, clean": (CLEAN, shifted("linear-experts", 0.05)),
    "noise: default minus linear experts": (NOISE, shifted("linear-experts", 0.03)),
    "growth of the lead on MLP experts": (GROWS, weaker_under_strong_noise("mlp-experts")),
    "growth of the lead on linear experts": (GROWS, weaker_under_strong_noise("linear-experts")),
    "share kept": (NOISE, late_fusion_with_more_to_lose),
    "colour left out": (VIEWS, turned("late-fusion", like="default")),
    "clean minus Gaussian": (NOISE, without_noise),
    "default minus concat": (NOISE, shifted("concat", 0.05)),
    "default minus paper": (NOISE, turned("paper", like="default")),
    "default minus late fusion": (NOISE, shifted("late-fusion", -0.05)),
    "default minus MLP experts": (NOISE, shifted("mlp-experts", -0.05)),
    "late fusion minus concat": (STRUCTURE, turned("concat", like="late-fusion")),
    "defaults that know": (KNOW, useless_alone),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    cells, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        run(cells, change)


def test_control_noise_of_no_strength_cannot_be_measured():
    space = run(METER[:1])
    space["KINDS"] = {"none": ("gaussian", 0)}
    with pytest.raises(ClaimError, match="least noisy room"):
        exec(controls.sources("nyud_deeper")["meter-claim"], space)


@pytest.mark.parametrize("cells", [CLEAN, VIEWS, NOISE, GROWS, STRUCTURE, KNOW])
def test_the_claims_hold_on_the_results(cells):
    run(cells)


def test_one_who_knows_and_whose_models_are_all_alike_loses_only_where_nothing_is_clean():
    space = run(KNOW)
    for noise, q in (("salt-pepper:5", 0.25), ("gaussian:10", 0.5)):
        found = space["knowing"](np.array([0.9]), rgb=[0.9], depth=[0.9], noise=noise)
        np.testing.assert_allclose(found, 0.9 - q**2 * (0.9 - space["majority"]))


def test_the_error_by_scenes_is_that_by_rows_where_scenes_are_rows():
    space = run(SCENES)
    right = [1.0] * 60 + [0.0] * 40
    by_row, by_scene = space["standard_errors"]([("", 1, score) for score in right])
    np.testing.assert_allclose([by_row, by_scene], np.sqrt(0.6 * 0.4 / 100))
    _, together = space["standard_errors"]([("", 10, score) for score in right])
    np.testing.assert_allclose(together, np.sqrt(0.6 * 0.4 / 100))
