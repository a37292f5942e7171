"""Results side by side: scores by seed, pairs of seeds, baselines among the rows."""

import copy

import numpy as np
import pytest
from scipy import stats

from euar.experiments.comparison import Comparison, label, number
from tests.experiments.schema import stored


@pytest.fixture
def pair(result):
    """The default and a second result, whose MAE is higher by .1 and .3, seeds in another order."""
    other = copy.deepcopy(result)
    for run, more in zip(other["runs"], (0.1, 0.3), strict=True):
        run["test"]["mae"] += more
        run["others"] = {"noisy": {"mae": 2 * run["test"]["mae"]}}
    other["runs"].reverse()
    return Comparison({"ours": stored(result), "theirs": stored(other)})


def test_scores_come_from_any_test_split(pair):
    assert list(pair.scores("ours", "mae")) == [run["test"]["mae"] for run in pair["ours"]["runs"]]
    assert list(pair.scores("theirs", "mae", "noisy")) == [
        2 * run["test"]["mae"] for run in pair["theirs"]["runs"]
    ]


def test_a_baseline_is_a_row_without_seeds(pair):
    assert list(pair.scores("ridge", "mae")) == [pair["ours"]["baselines"]["ridge"]["mae"]]
    assert np.isnan(pair.scores("constant", "corr")).all()
    with pytest.raises(ValueError, match="expected one of ours, theirs, found 'ridge', test 'noisy'"):
        pair.scores("ridge", "mae", "noisy")
    with pytest.raises(ValueError, match="ours, theirs, constant, ridge, found 'svm'"):
        pair.scores("svm", "mae")


def test_differences_are_paired_by_seed(pair):
    assert pair.differences("theirs", "ours", "mae") == pytest.approx([0.3, 0.1])
    found = pair.minus("theirs", "ours", "mae")
    interval = stats.ttest_1samp([0.1, 0.3], 0).confidence_interval(0.95)
    assert found == pytest.approx((0.2, interval.low, interval.high, 2))
    against = pair.differences("ours", "ridge", "mae")
    assert against == pytest.approx(pair.scores("ours", "mae") - pair.scores("ridge", "mae"))


def test_seeds_that_one_lacks_are_left_out(pair):
    pair["theirs"]["runs"].pop()  # seed 0
    assert pair.differences("theirs", "ours", "mae") == pytest.approx([0.3])


def test_results_on_other_data_are_no_comparison(pair):
    other = copy.deepcopy(pair["ours"])
    other["data"]["sha256"] = "0" * 64
    with pytest.raises(ValueError, match="the same data"):
        Comparison({"ours": pair["ours"], "other": other})


def test_lines_give_baselines_then_mean_and_sd_over_seeds(pair):
    constant, ridge, ours, _ = pair.lines(["mae", "corr"])
    assert constant == ["constant", f"{pair.baselines['constant']['mae']:.3f}", "-"]
    assert ridge[1:] == [f"{pair.baselines['ridge'][m]:.3f}" for m in ("mae", "corr")]
    values = [pair.scores("ours", metric) for metric in ("mae", "corr")]
    assert ours == ["ours"] + [f"{np.mean(v):.3f} ± {np.std(v, ddof=1):.3f}" for v in values]


def test_systems_have_their_labels_and_settings_their_names(result):
    system, setting = (stored(result, config=result["config"] | {"name": "paper"}) for _ in range(2))
    del setting["config"]["request"]["system"]
    assert label(system) == "EUAR, paper"
    assert label(setting) == "paper"
    assert Comparison({"paper": system}).lines(["mae"])[-1][0] == "EUAR, paper"
    compared = Comparison({"paper": system, "ours": system})
    assert [*map(compared.label, ("paper", "ours", "ridge"))] == ["EUAR, paper", "ours", "ridge"]


def test_a_system_from_outside_is_called_as_it_is_there(result):
    theirs = stored(result, config=result["config"] | {"name": "mine.models:Gated; k 2"})
    assert label(theirs) == "Gated; k 2"


def test_an_undefined_number_is_a_dash():
    assert (number(None), number(float("nan")), number(0.12345)) == ("-", "-", "0.123")
