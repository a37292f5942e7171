"""Stubs, exceptions and strange answers become hints; what is compared is compared as it says."""

import importlib

import numpy as np
import pytest
import torch

from euar.chapters.answers import AnswerError, StubError, call, shaped
from euar.chapters.judge import exercise, expect, expect_truths, part
from tests.chapters.test_answers import hint
from tests.chapters.test_exercises import ALL


@exercise("Right.")
def one_third(answer):
    """An exercise on a number."""
    expect(answer, 1 / 3, {"Turn it over.": 3.0})


@exercise("Right.", stub="Begin with the sum.")
def doubled(answer):
    """An exercise on a function of (2,)."""
    x = torch.tensor([1.0, 2.0])
    expect(call(answer, x), 2 * x, {"That is x.": x})


@pytest.mark.parametrize(
    "answer", [1 / 3, np.float32(1 / 3), np.array(1 / 3), torch.tensor(1 / 3, requires_grad=True)]
)
def test_numbers_of_python_numpy_and_torch_are_alike(answer):
    assert one_third(answer) == (True, "Right.")


@pytest.mark.parametrize(
    "answer", [lambda x: 2 * x, lambda x: (2 * x).numpy(), lambda x: list(2 * x), lambda x: x.mul_(2)]
)
def test_tensors_arrays_and_lists_are_alike(answer):
    assert doubled(answer) == (True, "Right.")


def unwritten(_):
    raise NotImplementedError


@pytest.mark.parametrize("stub", [..., None, unwritten, lambda x: ..., lambda x: None, lambda x: [1.0, ...]])
def test_a_stub_is_told_to_begin(stub):
    assert doubled(stub) == (False, "Begin with the sum.")


def test_a_stub_has_words_by_kind():
    assert one_third(...) == (False, "Put your answer in place of the dots.")
    assert hint(call, unwritten, 1) == "Write the function first: so far it returns nothing."


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (3, "Turn it over."),
        (0.5, "Not yet: off by up to 0.167. Try the hint."),
        ("a third", "Expected numbers or truth values, found str."),
        (1j, "Expected numbers or truth values, found complex."),
        (np.array(["a"]), "Expected numbers or truth values, found <U1."),
        ({}, "Expected numbers or truth values, found dict."),
        ([1, 2], "Found shape (2,), expected one number."),
        (True, "Expected float64, found bool."),
        (float("nan"), "Your answer holds NaN."),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong(answer, message):
    assert one_third(answer) == (False, message)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x, "That is x."),
        (lambda x: x[5], "Your function raised IndexError: index 5"),
        (lambda: 1, "Your function raised TypeError: "),
        (3.0, "Expected a function, found float."),
        (lambda x: x[:1], "Found shape (1,), expected shape (2,)."),
        (lambda x: [x, x[:1]], "Expected an array of numbers: "),
        (lambda x: x.bfloat16(), "Expected an array of numbers: "),
        (lambda x: x > 0, "Expected float32, found bool."),
    ],
)
def test_a_wrong_function_is_told_what_is_wrong(answer, words):
    verdict = doubled(answer)
    assert not verdict.ok
    assert verdict.message.startswith(words)


NAMES = ("hidden", "kl", "aux", "u", "weights", "mean", "joint", "label", "draws", "views", "task on gate")
STRANGE = (
    object(),
    "text",
    len,
    [],
    [[1.0], [2.0, 3.0]],
    np.zeros((2, 0)),
    np.array([True, False]),
    float("nan"),
    torch.full((6, 5), torch.nan, requires_grad=True),
    dict.fromkeys(NAMES, 5),
    dict.fromkeys(NAMES, "text"),
)


@pytest.mark.parametrize(("chapter", "name"), ALL)
def test_no_exercise_of_the_book_stumbles_over_a_strange_answer(chapter, name):
    known = getattr(importlib.import_module(f"euar.chapters.{chapter}.exercises"), name)
    for strange in STRANGE:
        assert not known(strange).ok
        assert not known(lambda *_, given=strange: given).ok


def test_a_fault_of_the_exercise_itself_is_not_the_readers():
    @exercise("Right.")
    def faulty(_answer):
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        faulty(1)


def test_an_exercise_keeps_its_name_and_its_words():
    assert (doubled.__name__, doubled.__module__) == ("doubled", __name__)
    assert doubled.__doc__ == "An exercise on a function of (2,)."


def test_the_tolerance_is_relative():
    expect(1009.0, 1000.0, {}, tolerance=0.01)
    assert hint(expect, 1011.0, 1000.0, {}, tolerance=0.01)
    assert hint(expect, 1.1e-5, 1e-5, {})
    assert hint(expect, 120, 119, {}, tolerance=0)


def test_a_mistake_is_known_by_its_shape_and_its_nan():
    mistakes = {"the sum": 3.0, "a gap": [1.0, np.nan]}
    assert hint(expect, 3.0, [1.0, 2.0], mistakes) == "the sum"
    assert hint(expect, [1.0, np.nan], [1.0, 2.0], mistakes) == "a gap"
    assert hint(expect, 2.0, [2.0, 2.0], {}) == "Found shape (), expected shape (2,)."


def test_nan_is_never_right():
    assert hint(expect, np.nan, np.nan, {}) == "Your answer holds NaN."


def test_the_first_of_equal_mistakes_speaks_and_the_last_word_is_the_exercises():
    assert hint(expect, 2, 1, {"first": 2, "second": 2}) == "first"
    assert hint(expect, 3, 1, {"first": 2}, "Draw it.") == "Draw it."


def test_truths_are_judged_one_by_one_with_their_reason():
    right = {"a": (True, "See a."), "b": (False, "See b.")}
    expect_truths({"a": np.True_, "b": False, "c": 7}, right)
    assert hint(expect_truths, {"a": True, "b": torch.tensor(True)}, right) == "b: Not so. See b."
    assert hint(expect_truths, {"a": 1, "b": False}, right) == "a: Expected bool, found int64."
    for incomplete in ({"a": True}, [True, False], ...):
        assert hint(expect_truths, incomplete, right) == "Answer for each of these: a, b."
    with pytest.raises(StubError, match="a: Put"):
        expect_truths({"a": ..., "b": False}, right)


def test_a_part_is_named():
    with pytest.raises(AnswerError, match=r"^second: Found shape"), part("second"):
        shaped([1, 2, 3], 2)
