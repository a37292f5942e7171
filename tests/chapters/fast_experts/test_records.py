"""What the chapter says of its records is what they hold."""

import pytest

from benchmarks import NAMES
from euar.chapters.fast_experts import records


def test_the_page_names_every_benchmark():
    assert records.NAMES == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_is_on_record(name):
    found = records.record(name)
    assert found["name"] == name
    assert found["command"] == f"euar bench {name}"


def test_what_is_not_on_record_is_named():
    with pytest.raises(FileNotFoundError, match=r"results/benchmarks/tpu/layer\.json"):
        records.record("layer", "tpu")


def test_older_code_is_said():
    found = dict(records.record("layer"))
    code = records.provenance.code(["euar.model.EUARConfig"])
    assert "older code" not in records.described(found | {"code": code})
    said = records.described(found | {"code": code | {"sha256": "0" * 64}})
    assert said.endswith("measured with older code")
    assert found["started"][:10] in said


def test_all_records_say_how_they_were_made_those_alike_in_one_line():
    layer = dict(records.record("layer")) | {"load": [0.4, 1.1]}
    code = layer["code"] | {"dirty": False}
    alike = layer | {"name": "step", "load": [None, 1.5], "code": code}
    busy = layer | {"name": "skew", "load": [6.69, 10.06], "code": code | {"dirty": True}}
    both, other = records.described(layer | {"code": code}, alike, busy).splitlines()
    assert both.startswith("euar bench layer step: ")
    assert "load" not in both and "changes" not in both
    assert other.startswith("euar bench skew: ")
    assert f"commit {code['commit'][:7]} with changes, beside other work (load 10.1)" in other


def test_goals_say_what_was_wanted_and_whether_it_was_reached():
    low, high = {"median": 2.345, "low": 2, "high": 3}, {"median": 7.0, "low": 6, "high": 8}
    goals = [
        {"what": "a", "at_least": 5, "found": low, "met": False, "at_floor": 4.321},
        {"what": "b", "at_most": 8, "found": high, "met": True},
    ]
    _, *rows = records.goals({"name": "layer", "goals": goals}).rows
    assert rows == [["layer", "a", "≥ 5", "2.35", "no", "4.32"], ["layer", "b", "≤ 8", "7", "yes", ""]]
