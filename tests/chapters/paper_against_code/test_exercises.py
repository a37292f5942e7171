"""The exercises of "The paper against its code" know right from wrong; its claims fail without the effect."""

import copy
import math
import re

import matplotlib
import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.build_it import program
from euar.chapters.paper_against_code import exercises as check
from euar.chapters.paper_against_code.measure import DIFFERENCES
from tests.chapters import controls

matplotlib.use("Agg")


def report(valid, test):
    return test[np.argmax(valid)]


def losing(loss):
    """The program of sixty lines with another loss, of prediction minus target and the three losses."""

    class Mine(program.EUAR):
        def loss(self, inputs, target):
            prediction, three = self(inputs)
            return loss(prediction - target, three)

    return Mine


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
RIGHT[check.loss_of_the_code] = [
    losing(lambda gap, three: 10 * gap.abs().mean() + 1e-5 * three.sum()),
    losing(lambda gap, three: (gap.abs() * 10 + three.sum() / 1e5).mean()),
]
WRONG = {
    check.loss_of_the_code: [
        program.EUAR,
        losing(unfinished),
        losing(lambda gap, three: gap.abs().mean() + 1e-5 * three.sum()),
        losing(lambda gap, three: 10 * gap.square().mean() + 1e-5 * three.sum()),
        losing(lambda gap, three: 10 * gap.abs().mean()),
        losing(lambda gap, three: 10 * gap.abs().mean() + three.sum()),
        losing(lambda gap, three: 10 * gap.abs().mean() + 1e-3 * (three[0] + 10 * three[1] + three[2])),
        losing(lambda gap, three: 10 * gap.abs().sum() + 1e-5 * three.sum()),
    ],
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


def run(page, cells, change=lambda results: None):
    """Execute cells of a page on results that `change` has changed, and return their names."""

    def change_pairs(pairs):
        change({(row.data, row.setting, row.recipe.epochs): result for row, result in pairs})

    return controls.run(page, "results", *cells, change=change_pairs)


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


def alike(split):
    """The same trained models say on another split what they say on the test split."""

    def change(results):
        for result in results.values():
            for one in result["runs"]:
                one["others"][split] = dict(one["test"])

    return change


MAIN, DEEPER = "paper_against_code", "paper_against_code_deeper"
PEEK = MAIN, ("rules", "peek-table", "peek-claims")
CLAIMS = MAIN, ("effect", "seen", "claims", "claims-same")
ZEROS = DEEPER, ("zeros-table", "zeros-claims")
ALONE = DEEPER, ("alone-claims",)
CONTROLS = {
    "tweets: MLP head, change of MAE": (CLAIMS, without("embedded", "MLP head")),
    "MOSI: MLP head, change of Acc7": (CLAIMS, without("mosi", "MLP head")),
    "tweets: means, no draws": (CLAIMS, shifted("means, no draws", -0.05)),
    "tweets: weights of the code": (CLAIMS, shifted("weights of the code", 0.05)),
    "tweets: log-variance not clamped": (CLAIMS, shifted("log-variance not clamped", 0.05)),
    "tweets: U-loss summed over experts": (CLAIMS, shifted("U-loss summed over experts", -0.05)),
    "gain of peeking": (PEEK, flat),
    "MOSI, paper: MAE without zeros": (ZEROS, alike("released metrics")),
    "one row at a time, MAE": (ALONE, alike("one at a time")),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    where, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        run(*where, change)


@pytest.mark.parametrize("where", [CLAIMS, PEEK, ZEROS, ALONE])
def test_the_claims_hold_on_the_results(where):
    run(*where)


def test_the_list_names_the_differences_of_the_experiment():
    first = re.findall(r"^\| ([^|]+) \|", controls.sources(MAIN)["list"], re.MULTILINE)
    assert [name for name in first if name in DIFFERENCES] == [*DIFFERENCES]


def test_the_page_names_what_stands_out_largest_first():
    names = run(MAIN, ("effect", "panel", "outside"))
    told = [part.split(" (")[0] for part in names["outside"]("tweets", "acc7").split("), ")]
    changes = {name: names["effect"]("tweets", name, "acc7") for name in DIFFERENCES}
    clear = [name for name, found in changes.items() if not found.low <= 0 <= found.high]
    assert told == sorted(clear, key=lambda name: abs(changes[name].mean), reverse=True)
