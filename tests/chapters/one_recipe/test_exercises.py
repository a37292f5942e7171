"""The exercises of "One recipe, one knob at a time", right and wrong."""

import copy

import pytest

from euar.chapters import ClaimError
from euar.chapters.one_recipe import exercises as check
from euar.chapters.one_recipe import records
from tests.chapters import controls

MOVES = {
    "experts N = 1": "higher",
    "KL weight alpha = 0": "same",
    "balance weight beta = 1": "higher",
    "U weight lambda = 3": "same",
    "head: MLP": "lower",
    "training rows = 300": "higher",
}
UNSEEN = records.unseen(records.measured())

RIGHT = {
    check.moves: [MOVES],
    check.predictions: [UNSEEN, {name: 1.015 * value for name, value in UNSEEN.items()}],
}
WRONG = {
    check.moves: [
        dict.fromkeys(MOVES, ...),
        {},
        MOVES | {"head: MLP": "same"},
        MOVES | {"training rows = 300": "same"},
        MOVES | {"U weight lambda = 3": ["lower"]},
        MOVES | {"U weight lambda = 3": "higher"},
    ],
    check.predictions: [
        dict.fromkeys(UNSEEN, ...),
        {},
        {name: 1.03 * value for name, value in UNSEEN.items()},
        dict.fromkeys(UNSEEN, "small"),
        {name: [0.4, 0.4] for name in UNSEEN},
    ],
}


def test_who_answers_the_references_error_throughout_is_caught():
    usual = records.error(records.measured().reference).mean()
    assert not check.predictions(dict.fromkeys(UNSEEN, usual)).ok


def without(knob, value, change):
    """What the chapter reads, with the runs of one setting changed."""
    turned = copy.deepcopy(records.measured())
    for run in turned.knobs[knob][value]["runs"]:
        change(run)
    return {"turned": turned, "reference": turned.reference, "knobs": turned.knobs}


def errs(by):
    def change(run):
        run["test"]["mae"] += by

    return change


def inside(**values):
    def change(run):
        for view in run["views"].values():
            view.update(values)

    return change


ERRORS, INSIDE, DATA = (
    ("errors", "claims"),
    (
        "reference-table",
        "reference-views",
        "inside-panel",
        "inside-show",
        "inside-claims",
        "agreement-claims",
    ),
    ("errors", "data-errors", "data-claims"),
)
CONTROLS = {
    "KL weight alpha = 0: ": (ERRORS, "alpha", 0.0, errs(0.02)),
    "U weight lambda = 0: ": (ERRORS, "lam", 0.0, errs(-0.02)),
    "U weight lambda = 3: ": (ERRORS, "lam", 3.0, errs(0.02)),
    "head: MLP: ": (ERRORS, "head", "mlp", errs(0.03)),
    "experts N = 1: ": (ERRORS, "num_experts", 1, errs(-0.02)),
    "chosen k = 1: ": (ERRORS, "k", 1, errs(-0.02)),
    "width D = 256: ": (ERRORS, "dim", 256, errs(-0.02)),
    "balance weight beta = 1: ": (ERRORS, "beta", 1.0, errs(-0.03)),
    "lambda from 0 to 3: ratio": (INSIDE, "lam", 3.0, inside(chosen=1.2)),
    "lambda from 0 to 3: agreement": (INSIDE, "lam", 3.0, inside(agreement=0.125)),
    "alpha = 1: variance": (INSIDE, "alpha", 1.0, inside(chosen=1.2)),
    "D from 64 to 256": (INSIDE, "dim", 256, inside(chosen=1.2)),
    "alpha from 0 to 1": (INSIDE, "alpha", 1.0, inside(agreement=0.125)),
    "1,000 training rows": (DATA, "training rows", 1000, errs(-0.03)),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    cells, *changed = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        controls.run("one_recipe", *cells, **without(*changed))


def test_the_claims_hold_on_the_results():
    controls.run("one_recipe", *ERRORS, *INSIDE, *DATA)
