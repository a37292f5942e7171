"""The exercises of "NYU Depth V2" know right from wrong; its claims fail where the effect is removed."""

import copy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, recall_score

from euar.chapters import ClaimError
from euar.chapters.nyud import exercises as check

matplotlib.use("Agg")
CHAPTER = Path(__file__).parents[3] / "book" / "nyud.ipynb"


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


def run(cells, change=lambda space: None):
    """Execute cells of the chapter on results that `change` has changed, and return their names."""
    source = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    space = {"profile": None}
    for cell in ("imports", "results"):
        exec(source[cell], space)
    for name in ("systems", "alone", "linear"):
        space[name] = copy.deepcopy(space[name])
    space["one"], space["panel"] = space["systems"]["default"], lambda *_args, **_options: None
    change(space)
    for cell in cells:
        exec(source[cell], space)
    plt.close("all")
    return space


CLEAN = ["scores", "clean-claims"]
VIEWS = ["scores", "views-table", "views-claim"]
NOISE = ["scores", "picture", "clean-pairs", "under-panel", "noise-pairs", "noise-claims"]
STRUCTURE = [*NOISE[:-1], "structure-claim"]
KNOW = ["scores", "clean-claims", "views-table", "know-code", "know-claim"]
METER = ["room", "room-picture", "meter", "meter-claim"]


def splits(result):
    """All test splits of all runs of a result."""
    return [split for r in result["runs"] for split in (r["test"], *r["others"].values())]


def shifted(name, by):
    """A system that is better than it was, everywhere."""

    def change(space):
        for split in splits(space["systems"][name]):
            split["accuracy"] += by

    return change


def turned(name, like):
    """A system with the runs of another, of other seeds: equal on average, unequal seed by seed."""

    def change(space):
        runs = copy.deepcopy(space["systems"][like]["runs"])
        seeds = [r["seed"] for r in runs]
        turned = zip(runs, seeds[1:] + seeds[:1], strict=True)
        space["systems"][name]["runs"] = [r | {"seed": seed} for r, seed in turned]

    return change


def without_noise(space):
    for r in space["systems"]["default"]["runs"]:
        r["others"]["gaussian:10"] = r["test"]


def useless_alone(space):
    for result in space["alone"].values():
        for r in result["runs"]:
            r["test"]["accuracy"] = 0.25


def poor_logistic(space):
    space["linear"][None]["baselines"]["logistic"]["accuracy"] = 0.5


CONTROLS = {
    "default minus constant": (CLEAN, shifted("default", -0.15)),
    "default minus logistic": (CLEAN, poor_logistic),
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
    space = run(METER[:-1])
    space["KINDS"] = {"none": ("gaussian", 0)}
    source = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    with pytest.raises(ClaimError, match="least noisy room"):
        exec(source["meter-claim"], space)


@pytest.mark.parametrize("cells", [CLEAN, VIEWS, NOISE, STRUCTURE, KNOW])
def test_the_claims_hold_on_the_results(cells):
    run(cells)


def test_one_who_knows_and_whose_models_are_all_alike_loses_only_where_nothing_is_clean():
    space = run(KNOW)
    for noise, q in (("salt-pepper:5", 0.25), ("gaussian:10", 0.5)):
        found = space["knowing"](np.array([0.9]), rgb=[0.9], depth=[0.9], noise=noise)
        np.testing.assert_allclose(found, 0.9 - q**2 * (0.9 - space["majority"]))


def test_the_error_by_scenes_is_that_by_rows_where_scenes_are_rows():
    space = run(["scores", "table", "standard-error"])
    right = [1.0] * 60 + [0.0] * 40
    by_row, by_scene = space["standard_errors"]([("", 1, score) for score in right])
    np.testing.assert_allclose([by_row, by_scene], np.sqrt(0.6 * 0.4 / 100))
    _, together = space["standard_errors"]([("", 10, score) for score in right])
    np.testing.assert_allclose(together, np.sqrt(0.6 * 0.4 / 100))
