"""Batches of any size and order: every row is asked once, and answers stand as the rows do."""

from types import SimpleNamespace

import pytest
import torch

from euar.chapters.top_k_gating import batches

ROWS = {"a": torch.arange(5.0)[:, None], "b": torch.zeros(5, 2)}


def model(asked):
    """Ten times the row, plus the mean of its batch; `asked` collects the batches."""

    def predict(inputs):
        row = inputs["a"][:, 0]
        asked.append(row.tolist())
        return 10 * row + row.mean()

    return SimpleNamespace(predict=predict)


def test_answers_are_those_of_each_batch():
    asked = []
    found = batches.answers(model(asked), ROWS, 2)
    assert asked == [[0, 1], [2, 3], [4]]
    assert found.tolist() == [0.5, 10.5, 22.5, 32.5, 44.0]


def test_another_order_makes_other_batches_and_leaves_the_rows_in_their_places():
    asked = []
    found = batches.answers(model(asked), ROWS, 2, torch.tensor([4, 2, 0, 1, 3]))
    assert asked == [[4, 2], [0, 1], [3]]
    assert found.tolist() == [0.5, 10.5, 23.0, 33.0, 43.0]


def test_scores_are_the_error_and_the_share_of_right_signs():
    prediction, target = torch.tensor([1.0, -1.0, 2.0, -2.0]), torch.tensor([2.0, -1.0, 2.0, 1.0])
    assert batches.scores(prediction, target) == pytest.approx([1.0, 0.75])
