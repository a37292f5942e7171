"""The exercises of "MVSA-Single" know right from wrong; its claims fail where the effect is removed."""

import copy

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.mvsa import exercises as check
from tests.chapters import controls

matplotlib.use("Agg")
SOURCES = controls.sources("mvsa")


def unfinished(*_):
    raise NotImplementedError


def in_both(keys, split, others=("train", "valid")):
    seen = {key for key, word in zip(keys, split, strict=True) if word in others}
    return np.array([word == "test" and key in seen for key, word in zip(keys, split, strict=True)])


def twice(keys):
    return np.array([list(keys).count(key) > 1 for key in keys])


RIGHT = {
    check.both_words: [
        0.625,
        np.float32(5 / 8),
    ],
    check.kappa: [
        lambda a, e: (a - e) / (1 - e),
        lambda a, e: 1 - (1 - a) / (1 - e),
    ],
    check.doubles: [
        in_both,
        lambda keys, split: (split == "test") & np.isin(keys, keys[split != "test"]),
    ],
}
WRONG = {
    check.both_words: [..., 0.25, 0.75, 0.5, 0.5625, 0.125, 0.9],
    check.kappa: [
        unfinished,
        lambda a, e: a - e,
        lambda a, e: a / e,
        lambda a, e: (a - e) / e,
        lambda a, e: (1 - a) / (1 - e),
        lambda a, e: 0.1 * a,
        lambda a, e: 1 / 0,
    ],
    check.doubles: [
        unfinished,
        lambda keys, split: np.isin(keys, keys[split != "test"]),
        lambda keys, split: in_both(keys, split, others=("train",)),
        lambda keys, split: (split == "test") & twice(keys),
        lambda keys, split: twice(keys),
        lambda keys, split: split == "test",
        lambda keys, split: keys[in_both(keys, split)],
        lambda keys, split: keys[100],
    ],
}


def run(cells, change=lambda found: None):
    """Execute cells of the chapter on results that `change` has changed, and return their names."""
    space = controls.run("mvsa", "results")
    space["found"] = copy.deepcopy(space["found"])
    space["one"] = space["found"].systems["default"]
    change(space["found"])
    for cell in ("scores", *cells):
        exec(SOURCES[cell], space)
    plt.close("all")
    return space


def shifted(name, by, tests=None):
    """A system whose accuracy is other by a number, on all test splits or on some."""

    def change(found):
        for one in found.systems[name]["runs"]:
            for test, split in {"clean": one["test"], **one["others"]}.items():
                if tests is None or test in tests:
                    split["accuracy"] += by

    return change


def unharmed(found):
    for one in found.systems["default"]["runs"]:
        one["others"]["blank:10"] = one["test"]


def poor_logistic(found):
    found.linear[None]["baselines"]["logistic"]["accuracy"] = 0.6


def good_logistic(found):
    found.linear[None]["baselines"]["logistic"]["accuracy"] = 0.79


def poor_logistic_on_some_words(found):
    found.linear["blank:5"]["baselines"]["logistic"]["accuracy"] = 0.6


def useless_pictures(found):
    for one in found.alone["image"]["runs"]:
        one["test"]["accuracy"] = 0.4


def useful_pictures(found):
    for one in found.alone["image"]["runs"]:
        one["test"]["accuracy"] += 0.12


def poor_logistic_on_blank_texts(found):
    found.linear["blank:10"]["baselines"]["logistic"]["accuracy"] = 0.55


PIXELS = ("gaussian:5", "gaussian:10", "salt-pepper:5", "salt-pepper:10")
CLEAN, NOISE = ("clean-claims",), ("lost", "noise-claims")
VIEWS = ("table", "clean-pairs", "standard-error", "views-table", "views-claim")
KNOW = ("views-table", "know-table", "know-claim")
CONTROLS = {
    "default minus constant": (CLEAN, shifted("default", -0.15)),
    "default minus logistic": (CLEAN, poor_logistic),
    "default over logistic": (CLEAN, good_logistic),
    "default minus concat": (CLEAN, shifted("concat", -0.05)),
    "default, clean minus half": (NOISE, unharmed),
    "blank: default minus MLP experts": (NOISE, shifted("default", 0.05, ["blank:10"])),
    "text alone minus picture alone": (VIEWS, useful_pictures),
    "blank: default minus logistic": (NOISE, poor_logistic_on_blank_texts),
    "pictures: default minus MLP experts": (NOISE, shifted("default", 0.05, PIXELS)),
    "default, clean minus gaussian:5": (NOISE, shifted("default", -0.1, ["gaussian:5"])),
    "default, clean minus blank:5": (NOISE, shifted("default", -0.1, ["blank:5"])),
    "mean of the six noises: default minus concat": (NOISE, shifted("concat", -0.1, ["blank:5"])),
    "mean of the six noises: default minus logistic": (NOISE, poor_logistic_on_some_words),
    "default that knows": (KNOW, useless_pictures),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    cells, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        run(cells, change)


@pytest.mark.parametrize("cells", [CLEAN, NOISE, VIEWS, KNOW])
def test_the_claims_hold_on_the_results(cells):
    run(cells)


def test_the_counts_of_the_card_are_read_as_they_stand():
    counts = controls.run("mvsa", "pairs")["counts"]
    assert counts.shape == (3, 3)
    assert (counts.sum(), np.trace(counts)) == (4869, 2592)
