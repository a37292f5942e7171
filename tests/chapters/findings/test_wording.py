import math

import pytest

from euar.chapters.findings import wording
from euar.chapters.findings.wording import Answer
from euar.intervals import Interval


@pytest.mark.parametrize(
    ("low", "high", "score", "error"),
    [
        (0.1, 0.7, "ahead of", "behind"),
        (-0.7, -0.1, "behind", "ahead of"),
        (-0.1, 0.7, "not told apart from", "not told apart from"),
        (0.0, 0.7, "not told apart from", "not told apart from"),
        (math.nan, math.nan, "not told apart from", "not told apart from"),
    ],
)
def test_a_word_follows_the_interval(low, high, score, error):
    effect = Interval((low + high) / 2, low, high, 10)
    assert wording.standing(effect) == score
    assert wording.standing(effect, less_is_better=True) == error


@pytest.mark.parametrize(
    ("found", "word"), [([True] * 3, "Yes"), ([True, False], "Not reliably"), ([False], "No")]
)
def test_one_word_answers_for_all_that_was_asked(found, word):
    assert wording.passes(found) == word


def test_nothing_asked_has_no_answer():
    with pytest.raises(ValueError, match="expected at least one"):
        wording.passes([])


def test_ranges_and_lists_in_words():
    assert wording.between([0.31, 0.12, 0.2], 1) == "0.1 to 0.3"
    assert wording.between([0.31, 0.29], 1) == "0.3"
    assert wording.reach([[0.01, 0.03, 0.02, 0.04, 0.0]], 4) == "0.0266"  # of statsmodels' power of a t test
    assert [wording.listed(names) for names in ([], ["a"], ["a", "b"])] == ["none", "a", "a and b"]


def test_below_the_picture_stand_its_message_and_what_is_open():
    assert Answer("v", "c", "u").below == "*c*\n\n**Not decided:** u"
