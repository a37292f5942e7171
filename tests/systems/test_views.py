"""What systems with a network for each view share: rows that count, means over them, losses of the views."""

import pytest
import torch
from torch.nn.functional import cross_entropy, l1_loss

from euar.systems.concat import ConcatConfig
from euar.systems.views import (
    ClassesConfig,
    average,
    heads,
    kept,
    loss_of_views,
    mean_over,
    rows_of,
    rows_of_all,
)

SOME = torch.tensor([True, False, True, False])
NONE = torch.zeros(4, dtype=torch.bool)


def test_a_mean_counts_its_rows_alone_and_is_zero_without_any():
    values = torch.tensor([1.0, torch.nan, 4.0, torch.inf])
    assert mean_over(values, SOME) == 2.5
    assert mean_over(values, NONE) == 0


@pytest.mark.parametrize("shape", [(4,), (4, 3)])
def test_what_a_view_says_is_zero_where_it_is_missing(shape):
    view = torch.randn(shape)
    assert torch.equal(kept(view, SOME)[SOME], view[SOME])
    assert kept(view, SOME)[~SOME].eq(0).all()


@pytest.mark.parametrize("shape", [(4,), (4, 3)])
def test_an_average_is_over_the_views_that_a_row_has(shape):
    a, b = torch.randn(shape), torch.randn(shape)
    found = average({"a": a, "b": b}, {"a": ~NONE, "b": SOME})
    torch.testing.assert_close(found[SOME], (a + b)[SOME] / 2)
    torch.testing.assert_close(found[~SOME], a[~SOME])


def test_the_rows_of_a_view_without_a_mask_are_all():
    rows = rows_of({"a": torch.zeros(4, 2), "b": torch.zeros(4)}, {"b": SOME, "c": NONE})
    assert set(rows) == {"a", "b"}
    assert rows["a"].all()
    assert torch.equal(rows["b"], SOME)


def test_a_modality_that_is_not_given_is_in_no_row():
    rows = rows_of_all({"b": torch.zeros(4, 2)}, {"b": SOME, "a": SOME}, "ab")
    assert list(rows) == ["a", "b"]
    assert torch.equal(rows["a"], NONE)
    assert torch.equal(rows["b"], SOME)


def test_a_loss_is_the_sum_over_views_of_the_means_over_their_rows():
    config = ConcatConfig({"a": 2, "b": 2}, task="classification", outputs=3)
    said, target = {m: torch.randn(4, 3) for m in "ab"}, torch.tensor([0, 1, 2, 0])
    expected = cross_entropy(said["a"], target) + cross_entropy(said["b"][SOME], target[SOME])
    found = loss_of_views(config, said, {"a": ~NONE, "b": SOME}, target)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_loss_is_the_one_that_the_configuration_names(outputs):
    config = ConcatConfig({"a": 2}, task_loss="l1", outputs=outputs)
    shape = (4,) if outputs == 1 else (4, outputs)
    said, target = torch.randn(shape), torch.randn(shape)
    found = loss_of_views(config, {"a": said}, {"a": SOME}, target)
    torch.testing.assert_close(found, l1_loss(said[SOME], target[SOME]))


def test_each_view_has_a_network_of_its_own():
    networks = heads(ConcatConfig({"a": 2, "b": 7}, dim=5, outputs=3))
    assert list(networks) == ["a", "b"]
    assert [networks[m](torch.zeros(4, 5)).shape for m in "ab"] == [(4, 3)] * 2
    assert not torch.equal(networks["a"][0].weight, networks["b"][0].weight)


def test_a_configuration_for_classes_refuses_ratings():
    assert ClassesConfig({"a": 2}).task == "classification"
    with pytest.raises(ValueError, match="task: expected one of 'classification', found 'regression'"):
        ClassesConfig({"a": 2}, task="regression")


def test_a_mean_over_no_rows_is_zero_and_what_is_not_in_it_has_no_gradient():
    values = torch.tensor([1.0, torch.nan, 3.0], requires_grad=True)
    mean = mean_over(values, torch.tensor([True, False, True]))
    mean.backward()
    assert mean == 2
    assert values.grad.tolist() == [0.5, 0.0, 0.5]
    assert mean_over(values, torch.zeros(3, dtype=torch.bool)) == 0
