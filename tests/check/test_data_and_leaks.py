"""The exercises of "Data: what we have, what leaks" know right from wrong."""

import numpy as np
import pytest

from euar.check import data_and_leaks as check


def by_group(groups, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    return np.isin(groups, names[: round(share * len(names))])


def by_row(groups, share, seed):
    return np.random.default_rng(seed).random(len(groups)) < share


def unfinished(*_):
    raise NotImplementedError


RIGHT = [
    (check.honest_score, 0.65),
    (check.standard_errors, lambda p, c, n: (p - c) / np.sqrt(c * (1 - c) / n)),
    (check.standard_errors, lambda p, c, n: (p - c) * (n / (c - c**2)) ** 0.5),
    (check.group_split, by_group),
]
WRONG = {
    check.honest_score: [..., 0.95, 0.9, 0.8, 0.5],
    check.standard_errors: [
        lambda p, c, n: ...,
        lambda p, c, n: (p - c) / np.sqrt(c * (1 - c)),
        lambda p, c, n: (p - c) / (c * (1 - c) / n),
        lambda p, c, n: (p - c) / np.sqrt(p * (1 - p) / n),
        lambda p, c, n: abs(p - c) / np.sqrt(c * (1 - c) / n),
        lambda p, c, n: p - c,
        lambda p, c, n: 1 / 0,
    ],
    check.group_split: [
        lambda groups, share, seed: None,
        by_row,
        lambda groups, share, seed: by_group(groups, 0.8, seed),
        lambda groups, share, seed: by_group(groups, share, 0),
        lambda groups, share, seed: by_group(groups, share, None),
        lambda groups, share, seed: np.flatnonzero(by_group(groups, share, seed)),
    ],
}


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_a_right_answer_passes(exercise, answer):
    assert exercise(answer).ok


@pytest.mark.parametrize("exercise", WRONG)
def test_each_mistake_has_its_own_message(exercise):
    feedback = [exercise(answer) for answer in WRONG[exercise]]
    assert not any(verdict.ok for verdict in feedback)
    assert len({verdict.message for verdict in feedback}) == len(feedback)


@pytest.mark.parametrize("exercise", [check.standard_errors, check.group_split])
def test_a_stub_that_raises_is_not_blamed_for_it(exercise):
    assert "Write the function first" in exercise(unfinished).message
