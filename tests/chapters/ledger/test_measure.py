"""The number of experts: what each setting changes, and what becomes of the kept weight."""

import pytest
import torch

from euar.chapters.ledger import measure as experiment
from euar.chapters.ledger.measure import NUMBERS, SETTINGS, ExpertNumber
from euar.model import EUARConfig
from euar.training import Recipe
from tests.experiments.schema import validate
from tests.training.tiny import dataset

WIDTHS = {"a": 3, "b": 2}


def kept(setting):
    """Return the mean sum of a row's gate weights in a fresh model."""
    torch.manual_seed(0)
    model = ExpertNumber(setting=setting).config(dataset()).build()
    out = model({name: torch.randn(64, width) for name, width in WIDTHS.items()})
    return out.moe["a"].routing.weights.sum(dim=1).mean().item()


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_changes_the_paper_in_number_and_weighting_alone(setting):
    usual, changed = (
        EUARConfig.paper(WIDTHS).to_dict(),
        ExpertNumber(setting=setting).config(dataset()).to_dict(),
    )
    assert {f for f in usual if usual[f] != changed[f]} <= {"num_experts", "renormalize"}
    assert changed["num_experts"] in NUMBERS


@pytest.mark.filterwarnings("ignore:k. 3 is more than the 2 experts")
def test_the_kept_weight_falls_with_the_number_unless_it_sums_to_one():
    fall = [kept(f"N = {n}") for n in NUMBERS]
    assert fall == sorted(fall, reverse=True)
    assert fall[0] == pytest.approx(1)  # two experts: both are asked
    assert fall[-1] < 0.5
    assert [kept(f"N = {n}, sum 1") for n in NUMBERS] == pytest.approx([1] * len(NUMBERS))


def test_a_result_is_that_of_a_difference(data_file):
    asked = ExpertNumber(
        setting="N = 4",
        data=str(data_file),
        variant=None,
        recipe=Recipe(epochs=1, batch_size=16),
        rates=(1e-3,),
        seeds=(0,),
    )
    result = asked.measure("tiny").record
    validate(result)
    assert result["key"] == asked.key()
    assert result["config"]["model"]["num_experts"] == 4


def test_every_number_is_asked_for_with_both_ways_to_weight():
    asked = experiment.measurements()
    assert [one.setting for one in asked] == list(SETTINGS)
    assert {(one.data, one.variant) for one in asked} == {("mosi", "official")}
    assert all(len(one.seeds) >= 5 for one in asked)
