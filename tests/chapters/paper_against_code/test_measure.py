"""The paper against its released code: the settings, and what a run keeps of each epoch."""

import json
from dataclasses import replace

import pytest

from euar.chapters.paper_against_code import measure as experiment
from euar.chapters.paper_against_code.measure import ABLATIONS, DIFFERENCES, SETTINGS, Difference
from euar.model import EUARConfig
from euar.training import Recipe, fit, metrics, predict
from tests.experiments.schema import validate
from tests.training.tiny import dataset

RECIPE = Recipe(epochs=4, batch_size=16)
WIDTHS = {"a": 3, "b": 2}


@pytest.fixture(scope="module")
def paper(data_file):
    return Difference(
        setting="paper", data=str(data_file), recipe=RECIPE, rates=(1e-4, 3e-2), seeds=(0, 1, 2)
    )


@pytest.fixture(scope="module")
def result(paper):
    return paper.measure("tiny").record


def trained(config, epochs, seed, rate):
    return fit(
        config,
        dataset(120),
        seeds=(seed,),
        epochs=epochs,
        batch_size=16,
        lr=rate,
        device="cpu",
        progress=False,
    )[0]


def close(expected):
    """Equal but for the last bits: those of a stack are others than those of a training alone."""
    return pytest.approx(expected, rel=1e-4)  # at high rates they grow


def test_all_differences_together_are_the_released_preset():
    together = EUARConfig.paper(WIDTHS, **SETTINGS["all differences"])
    assert together == EUARConfig.released(WIDTHS)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_changes_its_own_fields_and_no_other(name):
    usual, changed = (EUARConfig.paper(WIDTHS, **SETTINGS[s]).to_dict() for s in ("paper", name))
    assert {field for field in usual if usual[field] != changed[field]} == set(DIFFERENCES[name])


def test_no_field_belongs_to_two_differences():
    fields = [field for changes in DIFFERENCES.values() for field in changes]
    assert len(fields) == len(set(fields))


def test_an_ablation_leaves_out_what_it_says():
    left = {name: changes for name, changes in ABLATIONS.items() if set(changes.values()) == {0.0}}
    assert {name: set(changes) for name, changes in left.items()} == {
        "without KL": {"alpha"},
        "without U": {"lam"},
        "without KL and U": {"alpha", "lam"},
    }


@pytest.mark.parametrize("setting", [*SETTINGS, *ABLATIONS])
def test_every_setting_gives_a_result_that_fits_the_schema(setting, paper):
    short = replace(paper, setting=setting, recipe=Recipe(epochs=1, batch_size=32), rates=(1e-3,), seeds=(0,))
    measured = short.measure("tiny").record
    validate(measured)
    assert measured["key"] == short.key()
    batched = SETTINGS.get(setting, {}).get("renormalize") == "batch"
    assert ("one at a time" in measured["runs"][0]["others"]) == batched


def test_watching_the_test_split_does_not_change_the_training(result):
    for run in result["runs"]:
        unwatched = trained(EUARConfig.paper(WIDTHS), 4, run["seed"], run["lr"])
        assert run["best_epoch"] == unwatched.best_epoch
        assert run["test"] == close(unwatched.metrics["test"])


def test_each_seed_keeps_the_rate_that_its_validation_split_prefers(paper, result):
    """Of its first rates, and of those that it tried beyond them."""
    for run in result["runs"]:
        errors = {
            rate: trained(EUARConfig.paper(WIDTHS), 4, run["seed"], rate).metrics["valid"]["mae"]
            for rate in map(float, run["valid_by_lr"])
        }
        assert errors.keys() >= set(paper.rates)
        assert run["lr"] == min(errors, key=errors.get)
        assert run["valid"]["mae"] == run["valid_by_lr"][str(run["lr"])]
        assert run["valid_by_lr"] == close({str(rate): error for rate, error in errors.items()})


def test_the_curves_hold_every_epoch(result):
    run = result["runs"][0]
    assert {name: len(values) for name, values in run["curves"].items()} == dict.fromkeys(
        ("valid_mae", "valid_acc2", "test_mae", "test_acc2"), 4
    )
    kept = run["best_epoch"] - 1
    assert run["curves"]["test_mae"][kept] == run["test"]["mae"]
    assert run["curves"]["valid_mae"][kept] == run["valid"]["mae"] == min(run["curves"]["valid_mae"])


def test_the_other_scores_come_from_the_same_predictions(result):
    run = result["runs"][0]
    model = trained(EUARConfig.paper(WIDTHS), 4, 0, run["lr"]).model
    expected = metrics.regression(
        predict(model, dataset(120)), dataset(120).subset(split="test").target, variant="released"
    )
    assert run["others"] == {"released metrics": close(expected)}


def test_a_gate_over_the_batch_answers_differently_one_row_at_a_time(paper):
    batched = (
        replace(paper, setting="gate divided by the batch", rates=(3e-2,), seeds=(0,)).measure("tiny").record
    )
    run = batched["runs"][0]
    assert run["others"]["one at a time"]["mae"] != run["test"]["mae"]


def test_a_curve_chooses_its_best_epoch():
    curves = {
        "valid_mae": [0.5, 0.3, 0.3],
        "valid_acc2": [0.6, 0.6, 0.9],
        "test_mae": [0.2, 0.4, 0.6],
        "test_acc2": [0.7, 0.8, 0.75],
    }
    result = {"runs": [{"curves": curves}]}
    assert experiment.selected(result, "valid_mae", "mae") == [0.4]
    assert experiment.selected(result, "valid_acc2", "mae") == [0.6]
    assert experiment.selected(result, "test_acc2", "acc2") == [0.8]
    assert experiment.selected(result, "test_mae", "acc2") == [0.7]


def test_the_requests_cover_every_setting_on_both_sets_and_long_training():
    asked = experiment.measurements()
    assert (
        len({json.dumps(row.request()) for row in asked})
        == len(asked)
        == 2 * len(SETTINGS) + len(ABLATIONS) + 2
    )
    assert [row.setting for row in asked[: len(SETTINGS)]] == list(SETTINGS)
    assert {len(row.seeds) for row in asked} == {10}
    assert [row.recipe.epochs for row in experiment.long_rows()] == [200, 200]
