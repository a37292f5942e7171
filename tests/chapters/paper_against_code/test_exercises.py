"""The exercises of "The paper against its code" know right from wrong; its claims fail without the effect."""

import copy
import math

import matplotlib
import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.paper_against_code import exercises as check
from tests.chapters import controls

matplotlib.use("Agg")


def report(valid, test):
    return test[np.argmax(valid)]


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.without_zeros: [
        1.0,
        0.9 / (1 - 0.1),
    ],
    check.expected_gain: [
        lambda sd: sd / math.sqrt(math.pi),
        lambda sd: 0.56419 * sd,
    ],
    check.honest: [
        report,
        lambda valid, test: test[valid.index(max(valid))],
    ],
}
WRONG = {
    check.without_zeros: [..., 0.9, 0.81, 0.99, 2],
    check.expected_gain: [
        unfinished,
        lambda sd: 2 * sd / math.sqrt(math.pi),
        lambda sd: sd * math.sqrt(2 / math.pi),
        lambda sd: sd / math.sqrt(2 * math.pi),
        lambda sd: sd**2 / math.sqrt(math.pi),
        lambda sd: 0.0 * sd,
        lambda sd: 1 / 0,
    ],
    check.honest: [
        unfinished,
        lambda valid, test: max(test),
        lambda valid, test: test[-1],
        lambda valid, test: max(valid),
        lambda valid, test: test[np.argmin(valid)],
        lambda valid, test: test[len(valid) - 1 - int(np.argmax(valid[::-1]))],
        lambda valid, test: test[2],
        lambda valid, test: test[10],
    ],
}


def test_the_better_of_two_exceeds_the_mean_as_the_exercise_says():
    pairs = np.random.default_rng(0).normal(scale=3, size=(200_000, 2))
    assert pairs.max(axis=1).mean() == pytest.approx(3 / math.sqrt(math.pi), rel=0.01)


def run(cells, change=lambda results: None):
    """Execute cells of the chapter on results that `change` has changed, and return their names."""

    def change_pairs(pairs):
        change({(row.data, row.setting, row.recipe.epochs): result for row, result in pairs})

    return controls.run("paper_against_code", "results", *cells, change=change_pairs)


def without(data, setting):
    """A difference that changes nothing: its runs are those of the paper's model."""

    def change(results):
        epochs = {"embedded": 10, "mosi": 30}[data]
        if (data, setting, epochs) in results:
            results[data, setting, epochs]["runs"] = copy.deepcopy(results[data, "paper", epochs]["runs"])

    return change


def shifted(setting, by):
    def change(results):
        for one in results.get(("embedded", setting, 10), {"runs": []})["runs"]:
            one["test"]["mae"] += by

    return change


def flat(results):
    """Curves in which all epochs are alike leave nothing to choose."""
    for result in results.values():
        for one in result["runs"]:
            one["curves"]["test_acc2"] = [one["test"]["acc2"]] * len(one["curves"]["test_acc2"])


PEEK = ("rules", "peek-table", "peek-claims")
CLAIMS = ("table", "effect", "seen", "claims")
CONTROLS = {
    "tweets: MLP head, change of MAE": (CLAIMS, without("embedded", "MLP head")),
    "MOSI: MLP head, change of Acc7": (CLAIMS, without("mosi", "MLP head")),
    "tweets: means, no draws": (CLAIMS, shifted("means, no draws", -0.05)),
    "tweets: weights of the code": (CLAIMS, shifted("weights of the code", 0.05)),
    "gain of peeking": (PEEK, flat),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    cells, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        run(cells, change)


@pytest.mark.parametrize("cells", [CLAIMS, PEEK])
def test_the_claims_hold_on_the_results(cells):
    run(cells)
