"""Answers come apart: numbers, functions on cases, gradients; what is none of them is refused with a hint."""

import numpy as np
import pytest
import torch

from euar.chapters import answers
from euar.chapters.answers import AnswerError


def hint(of, *arguments, **options):
    """What is raised, as text."""
    with pytest.raises(AnswerError) as caught:
        of(*arguments, **options)
    return str(caught.value)


def test_numbers_come_apart():
    assert answers.shaped((1, torch.tensor(2.0)), 2).tolist() == [1, 2]
    assert hint(answers.shaped, 1.0, 2) == "Found shape (), expected shape (2,)."
    assert hint(answers.shaped, (1, "two"), 2) == "Expected numbers or truth values, found str."


def spoil(x):
    x[...] = 0
    return 1.0


def test_a_call_gets_copies_unless_the_exercise_hands_over_its_own():
    mine, yours = np.ones(2), np.ones(2)
    answers.call(spoil, mine)
    answers.call_on(spoil, yours)
    assert mine.all()
    assert not yours.any()


def test_cases_give_one_number_each():
    assert answers.on_cases(lambda a, b: torch.tensor(a + b), [(1, 2), (3, 4)]).tolist() == [3, 7]
    assert answers.each(pow, [(2, 3), (3, 2)]) == [8, 9]
    assert hint(answers.on_cases, lambda a: [a, a], [(1,)]) == "Found shape (2,), expected one number."
    assert "ZeroDivisionError" in hint(answers.on_cases, lambda a: 1 / a, [(1,), (0,)])


def test_gradients_are_those_of_the_sum_and_zero_where_none_arrives():
    x, y = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
    found = answers.gradients(x**2, [x, y], "nothing")
    assert [slope.tolist() for slope in found] == [[2, 2], [0, 0, 0]]
    for lost in ((x**2).detach(), 2.0, np.ones(2)):
        assert hint(answers.gradients, lost, [x], "nothing arrives") == "nothing arrives"


def test_a_gradient_that_cannot_be_computed_is_the_readers():
    x = torch.ones(2, requires_grad=True)
    root = x.sqrt()
    result = root * 1
    root.add_(1)  # the backward pass of the root needs the old value
    assert hint(answers.gradients, result, [x], "nothing").startswith("Your function raised RuntimeError")
