"""The reference and the knobs around it: what is asked for, and what is read off a model."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from euar.chapters.one_recipe import measure as experiment
from euar.data import load
from euar.experts import Gaussian
from euar.gating import Routing
from euar.model import EUARConfig
from euar.moe import MoEOutput
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset


@pytest.fixture
def knob(data_file):
    return experiment.Knob(data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=1, batch_size=32))


@pytest.fixture
def out():
    """Four rows, three experts of one feature, two chosen."""
    index = torch.tensor([[0, 1], [0, 1], [2, 0], [0, 2]])
    weights = torch.zeros(4, 3).scatter(-1, index, torch.tensor([[0.5, 0.3]] * 4))
    variance = torch.tensor([[1.0, 2, 3], [4, 1, 2], [5, 6, 1], [1, 9, 9]])
    gaussian = Gaussian(torch.zeros(4, 3, 1), variance.log().unsqueeze(-1))
    return MoEOutput(torch.zeros(4, 1), Routing(weights, index, weights), gaussian, {})


def test_a_result_holds_what_each_mixture_does(knob):
    result = knob.measure("one_recipe").record
    validate(result)
    assert result["key"] == knob.key()
    for run in result["runs"]:
        assert run["views"].keys() == {"a", "b"}
        assert run["views"]["a"].keys() == {"kept", "busiest", "agreement", "chosen", "idle"}


def test_the_reference_trains_as_fit_does(knob):
    result = knob.measure("one_recipe").record
    runs = fit(
        EUARConfig({"a": 3, "b": 2}), dataset(120), seeds=(0, 1), epochs=1, batch_size=32, device="cpu"
    )
    assert [run["test"]["mae"] for run in result["runs"]] == pytest.approx(runs.values("mae"), rel=1e-4)


def test_acts_counted_by_hand(out):
    found = experiment.acts(out)
    assert found == pytest.approx(
        {
            "kept": 0.8,
            "busiest": 3 / 4,
            "agreement": 3 / 4,  # not in the second row
            "chosen": (1 + 2 + 4 + 1 + 1 + 5 + 1 + 9) / 8,
            "idle": (3 + 2 + 6 + 9) / 4,
        }
    )


def test_where_all_are_chosen_nobody_is_idle(out):
    out.routing = out.routing._replace(weights=torch.full((4, 3), 0.2))
    assert "idle" not in experiment.acts(out)


def test_test_labels_are_never_shuffled(knob):
    plain, mixed = knob.dataset(), replace(knob, shuffled=True).dataset()
    test = plain.split == "test"
    np.testing.assert_array_equal(mixed.target[test], plain.target[test])
    assert (mixed.target != plain.target)[~test].mean() > 0.5
    np.testing.assert_array_equal(np.sort(mixed.target), np.sort(plain.target))


def test_every_request_is_one_knob_away_from_the_reference():
    usual, (first, *others) = experiment.reference(), experiment.measurements()
    assert first == usual
    for asked in others:
        differ = {name for name, value in usual.request().items() if asked.request()[name] != value}
        assert len(differ) == 1
        asked.config(load("embedded")).build()  # and none is told that it has more chosen than experts
    assert len({one.name for one in others}) == len(others)


def test_no_value_of_a_knob_is_the_default_one():
    usual = EUARConfig({"x": 1}).to_dict()
    asked = (*experiment.FIELDS.items(), *experiment.HIDDEN.items())
    assert all(usual[field] not in values for field, values in asked)


def test_what_is_to_be_predicted_lies_between_what_is_shown():
    usual = EUARConfig({"x": 1}).to_dict()
    for field, values in experiment.HIDDEN.items():
        shown = {*experiment.FIELDS[field], usual[field]}
        assert all(min(shown) < value < max(shown) and value not in shown for value in values)


def test_names_say_what_differs():
    usual = experiment.Knob()
    assert usual.name == "default"
    assert replace(usual, changes=(("k", 1),)).name == "default; k 1"
    assert replace(usual, size=300).name == "default, 300 training rows"
    assert (
        replace(usual, modalities=("style",), shuffled=True).name == "default, style alone, labels shuffled"
    )
