"""Twins have equal weights; a difference is told by tensor, place and size."""

import pytest
import torch
from torch import nn

from euar.chapters.answers import StubError
from euar.chapters.build_it import twins
from euar.experts import GaussianExperts
from euar.model import EUARConfig
from tests.chapters.test_answers import hint

WEIGHTS = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])}


def test_a_twin_has_the_weights_and_is_in_evaluation():
    made = twins.built(nn.Linear, WEIGHTS, 2, 1)
    assert made(torch.ones(2)).item() == 6
    assert not made.training


class Empty(nn.Module):
    def __init__(self, *_):
        super().__init__()


class Unwritten(nn.Module):
    def forward(self, x): ...


@pytest.mark.parametrize(("stub", "words"), [(Empty, "nothing to learn"), (Unwritten, "no __init__")])
def test_a_class_that_is_not_written_is_a_stub(stub, words):
    with pytest.raises(StubError, match=words):
        twins.built(stub, WEIGHTS, 2, 1)


def test_parameters_of_other_shapes_are_named():
    words = hint(twins.built, nn.Linear, WEIGHTS, 3, 1)
    assert words == "weight: found shape (1, 3), expected (1, 2)."


def test_weights_of_experts_lie_expert_by_expert():
    experts = twins.randomised(GaussianExperts(4, 2, 3))
    x, weights = torch.randn(5, 2), twins.of_experts(experts)
    found = torch.nn.functional.linear(x, weights["f2.weight"], weights["f2.bias"])
    free = found.view(5, 4, 3).clamp(-8, 5)
    torch.testing.assert_close(free, experts(x).log_var)


def test_weights_of_a_model_are_all_its_weights():
    model = EUARConfig({"one": 4, "two": 2}, dim=3, num_experts=5, k=2).build()
    found = twins.of_model(model)
    assert sum(w.numel() for w in found.values()) == sum(w.numel() for w in model.parameters())


def test_randomised_is_the_same_for_a_seed_alone():
    one, again, other = (twins.randomised(nn.Linear(3, 3), seed).weight for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


RIGHT = torch.arange(12.0).view(3, 2, 2)


def test_a_difference_is_told_by_place_and_size():
    found = RIGHT.clone()
    found[2, 0, 1] += 5
    words = hint(twins.same, "mean", found, RIGHT, {})
    assert words == "mean: most at row 2, expert 0, feature 1: yours 14, the package's 9."


def test_axes_have_the_names_they_are_given():
    found = RIGHT[0] + torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    words = hint(twins.same, "h", found, RIGHT[0], {}, axes=("row", "feature"))
    assert words.startswith("h: most at row 0, feature 1: ")


def test_a_known_mistake_is_added_to_the_place():
    words = hint(twins.same, "kl", 4.0, 2.0, {"Halve it.": 4.0})
    assert words == "kl: yours 4, the package's 2. Halve it."


def test_a_known_mistake_of_another_shape_has_no_place():
    assert hint(twins.same, "mean", RIGHT[0], RIGHT, {"One row.": RIGHT[0]}) == "mean: One row."
    assert (
        hint(twins.same, "mean", RIGHT[0], RIGHT, {}) == "mean: Found shape (2, 2), expected shape (3, 2, 2)."
    )


def test_nan_is_told_like_the_largest_difference():
    found = RIGHT.clone()
    found[1, 1, 0] = torch.nan
    assert "NaN" in hint(twins.same, "mean", found, RIGHT, {})


def test_equal_tensors_pass():
    twins.same("mean", RIGHT * 1.000001, RIGHT, {})
