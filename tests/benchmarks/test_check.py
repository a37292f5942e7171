"""`make bench-check` fails when a ratio fell, and only then."""

import copy

import pytest

from benchmarks import check, record
from euar.files import write_json


def numbers(ratio):
    return {"median": ratio, "low": ratio, "high": ratio}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """What measuring again finds; the record in `tmp_path` is of a layer five times as fast as the loop."""
    rows = [
        {"cell": {"batch": b}, "ratios": {"selected": {"naive": numbers(5)}, "naive": {}}} for b in (16, 64)
    ]
    known = {"name": "layer", "command": "", "started": "", "seconds": 1.0, "environment": {}, "code": {}}
    known |= {"load": [], "ours": ["selected"], "over": "naive", "rows": rows, "goals": []}
    write_json(tmp_path / "layer.json", known)
    today = copy.deepcopy(known)
    monkeypatch.setattr(check, "measured", lambda *_: today)
    return today


@pytest.mark.usefixtures("kept")
def test_the_same_ratios_pass(tmp_path, capsys):
    assert check.main(["--records", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("ratio", "status"), [(3.76, 0), (3.74, 1), (50, 0)])
def test_a_ratio_may_lose_a_quarter(kept, ratio, status, tmp_path):
    kept["rows"][1]["ratios"]["selected"]["naive"] = numbers(ratio)
    assert check.main(["--records", str(tmp_path)]) == status


def test_the_table_names_what_fell(kept, tmp_path, capsys):
    kept["rows"][1]["ratios"]["selected"]["naive"] = numbers(2)
    assert check.main(["--records", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert [line.split() for line in told.out.splitlines()] == [
        ["benchmark", "cell", "way", "recorded", "today"],
        ["layer", "B", "=", "64", "selected", "5.00", "2.00"],
    ]
    assert "1 of 2 ratios fell" in told.err


def test_records_without_a_cell_in_common_are_no_pass(kept, tmp_path):
    for line in kept["rows"]:
        line["cell"] = {"batch": 7}
    assert check.main(["--records", str(tmp_path)]) == 1


def test_without_records_it_says_how_to_make_them(tmp_path, capsys):
    assert check.main(["--records", str(tmp_path), "layer"]) == 2
    assert "euar bench all" in capsys.readouterr().err


def test_a_doctored_record_fails_when_measured_again(tmp_path, capsys):
    (path,) = record.run(["predict"], quick=True, out=tmp_path)
    doctored = record.read(path)
    for line in doctored["rows"]:
        for way in doctored["ours"]:
            line["ratios"][way][doctored["over"]]["median"] *= 1000
    write_json(path, doctored)
    assert check.main(["--records", str(tmp_path), "--cells", "quick"]) == 1
    assert "predict" in capsys.readouterr().out
