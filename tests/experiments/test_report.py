import copy
import json

import pytest
from rich.console import Console
from scipy import stats

from euar.experiments import report
from euar.files import to_json


def text(table):
    console = Console(width=120, record=True)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_the_difference_is_paired_by_seed(result):
    values = [run["test"]["mae"] - result["baselines"]["ridge"]["mae"] for run in result["runs"]]
    mean, low, high, n = report.paired_difference(result, "mae", "ridge")
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean, low, high, n) == pytest.approx((sum(values) / 2, interval.low, interval.high, 2))


def test_the_tables_hold_the_numbers(result):
    result = json.loads(to_json(result))  # as read from a file, with null for NaN
    mean = sum(run["test"]["mae"] for run in result["runs"]) / 2
    shown = text(report.metrics_table(result))
    assert f"{mean:.3f} ±" in shown
    assert f"{result['baselines']['ridge']['mae']:.3f}" in shown
    assert "nan" not in shown.lower()
    assert f"{mean - result['baselines']['ridge']['mae']:+.3f}" in text(report.difference_table(result))


def test_one_seed_has_no_interval(result):
    single = {**copy.deepcopy(result), "runs": result["runs"][:1]}
    assert "needs two seeds" in text(report.difference_table(single))


@pytest.mark.parametrize("whose", ["run", "baseline"])
def test_an_undefined_metric_is_called_so(result, whose):
    constant = copy.deepcopy(result)
    (constant["runs"][0]["test"] if whose == "run" else constant["baselines"]["ridge"])["corr"] = None
    assert "undefined" in text(report.difference_table(constant))


def test_names_are_those_of_the_registry(result):
    other = copy.deepcopy(result)
    other["config"]["name"] = "concat"
    assert "EUAR" not in text(report.metrics_table(other)) + text(report.difference_table(other))
    assert "concat - ridge" in text(report.difference_table(other))
    assert "EUAR - ridge" in text(report.difference_table(result))


def test_a_title_tells_tables_apart(result):
    data = {"name": "mosi", "variant": "leaked", "features": {"text": 3, "audio": 2}, "n": {"train": 1281}}
    assert report.data_of({"data": data}) == "mosi (leaked), text + audio, 1,281 training rows"
    raw = data | {"features": {}}
    assert report.data_of({"data": raw}) == "mosi (leaked), raw content alone, 1,281 training rows"
    assert "a + b, 60 training rows" in text(report.metrics_table(result))


def test_recorded_results_stand_side_by_side_in_80_columns(result):
    tables = report.recorded_tables([result] * 6)
    assert [len(table.columns) for table in tables] == [5, 3]
    console = Console(width=80)
    with console.capture() as capture:
        console.print(*tables, report.metrics_table(result))
    for value in report.summary(result).values():
        assert capture.get().count(str(value)) >= 7
    assert report.recorded_tables([]) == []
