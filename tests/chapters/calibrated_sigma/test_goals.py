"""Verdicts follow from intervals, and goals from what is kept."""

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.goals import MARGIN, OURS, Goal, board, goals
from euar.chapters.calibrated_sigma.records import SILENT, gain, measured, trial

NEAR = np.array([0.69, 0.70, 0.71])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.6, 1.0, "met"),
        (0.0, 0.8, "met"),
        (0.7, 1.0, "open"),
        (0.0, 0.7, "open"),
        (0.8, 1.0, "missed"),
        (0.0, 0.6, "missed"),
    ],
)
def test_the_whole_interval_decides(low, high, verdict):
    goal = Goal("asks", "wanted", low, high, {"case": NEAR})
    assert goal.verdicts() == {"case": verdict}
    assert goal.verdict() == verdict


def test_the_hardest_case_decides_the_goal():
    cases = {"far": NEAR, "near": NEAR - 0.1, "out": NEAR - 0.4}
    goal = Goal("asks", "wanted", 0.6, 1.0, cases)
    assert goal.verdicts() == {"far": "met", "near": "open", "out": "missed"}
    assert (goal.hardest(), goal.verdict()) == ("out", "missed")
    del cases["out"]
    assert (goal.hardest(), goal.verdict()) == ("near", "open")


def test_the_board_counts_the_cases_that_meet_a_goal():
    cases = {"far": NEAR, "near": NEAR - 0.1}
    head, row = board([Goal("asks", "at least 0.6", 0.6, 1.0, cases)]).rows
    assert row == ["asks", "at least 0.6", "1 of 2", "near: 0.60 [0.58, 0.62]", "open"]
    assert len(head) == len(row)


@pytest.fixture(scope="module")
def evidence():
    return measured()


def test_every_goal_has_cases_with_a_value_for_each_seed(evidence):
    for goal in goals(evidence):
        assert goal.cases
        assert all(len(v) >= 10 and np.isfinite(v).all() for v in goal.cases.values())


def test_known_noise_is_asked_of_each_modality_in_each_world(evidence):
    first = goals(evidence)[0]
    assert len(first.cases) == 6
    expected = [run["trials"]["levels"]["audio"] for run in evidence.worlds["quiet"][OURS]["runs"]]
    np.testing.assert_array_equal(first.cases["quiet, audio"], expected)


def test_under_noise_no_silent_rival_is_farther_ahead_than_the_chosen(evidence):
    under = next(goal for goal in goals(evidence) if "best of" in goal.asks)
    ours, rivals = evidence.real["nyud"][OURS], evidence.silent["nyud"]
    against = [gain(ours, rivals[name], "gaussian:10").mean() for name in SILENT]
    assert under.cases["NYU, gaussian:10"].mean() == pytest.approx(min(against))
    assert under.low == -MARGIN
    assert len(under.cases) == 4 + 6 + 2


@pytest.mark.parametrize(("data", "metric", "sign"), [("embedded", "mae", -1), ("nyud", "accuracy", 1)])
def test_gains_are_better_when_larger(evidence, data, metric, sign):
    ours, theirs = (evidence.real[data][name] for name in (OURS, "default"))
    runs = zip(ours["runs"], theirs["runs"], strict=True)
    expected = [sign * (a["test"][metric] - b["test"][metric]) for a, b in runs]
    np.testing.assert_allclose(gain(ours, theirs), expected)


def test_what_a_system_does_not_say_is_not_a_number(evidence):
    assert np.isnan(trial(evidence.real["nyud"]["heteroscedastic"], "gaussian:10", "auroc", "rgb")).all()
    assert np.isfinite(trial(evidence.real["nyud"][OURS], "gaussian:10", "auroc", "rgb")).all()
