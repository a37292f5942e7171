"""The exercises of "The paper against its code" know right from wrong; its claims fail without the effect."""

import math
from pathlib import Path

import numpy as np
import pytest

from euar.check import paper_against_code as check

CHAPTER = Path(__file__).parents[2] / "book" / "paper_against_code.ipynb"


def report(valid, test):
    return test[np.argmax(valid)]


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.without_zeros: [
        1.0,
        0.9 / (1 - 0.1),
    ],
    check.expected_gain: [
        lambda sd: sd / math.sqrt(math.pi),
        lambda sd: 0.56419 * sd,
    ],
    check.honest: [
        report,
        lambda valid, test: test[valid.index(max(valid))],
    ],
}
WRONG = {
    check.without_zeros: [..., 0.9, 0.81, 0.99, 2],
    check.expected_gain: [
        unfinished,
        lambda sd: 2 * sd / math.sqrt(math.pi),
        lambda sd: sd * math.sqrt(2 / math.pi),
        lambda sd: sd / math.sqrt(2 * math.pi),
        lambda sd: sd**2 / math.sqrt(math.pi),
        lambda sd: 0.0 * sd,
        lambda sd: 1 / 0,
    ],
    check.honest: [
        unfinished,
        lambda valid, test: max(test),
        lambda valid, test: test[-1],
        lambda valid, test: max(valid),
        lambda valid, test: test[np.argmin(valid)],
        lambda valid, test: test[len(valid) - 1 - int(np.argmax(valid[::-1]))],
        lambda valid, test: test[2],
        lambda valid, test: test[10],
    ],
}


def test_the_better_of_two_exceeds_the_mean_as_the_exercise_says():
    pairs = np.random.default_rng(0).normal(scale=3, size=(200_000, 2))
    assert pairs.max(axis=1).mean() == pytest.approx(3 / math.sqrt(math.pi), rel=0.01)
