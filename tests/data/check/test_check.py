"""Each planted fault is found, an honest set passes, and a report is the same on every machine."""

import json
from dataclasses import replace

import numpy as np
import pytest

from euar.data import catalogue
from euar.data.check import Item, Report, check
from tests.data.rows import ROWS, fields, make

LINES = "video_id,clip_id,text,label,mode\n"


def honest(**changes):
    """A set without a fault: every row has everything, groups keep to their split."""
    data = make(
        modalities={"text": fields()["modalities"]["text"]},
        available=None,
        sequences=None,
        groups=["a"] * 7 + ["b"] * 2 + ["c"] * 3,
        target=np.tile([-1.2, 0.4, 2.0], 4).astype(np.float32),
    )
    return replace(data, **changes)


def found(data, name):
    (item,) = [item for item in check(data).items if item.check == name]
    return item


def test_an_honest_set_has_nothing_to_warn_of():
    assert check(honest()).status == "ok"


def column(value):
    text = honest().modalities["text"].copy()
    text[:, 1] = value
    return {"modalities": {"text": text}}


@pytest.mark.parametrize(
    ("changes", "name", "status", "words"),
    [
        (column(2.0), "constant columns/text", "warn", "1 of 4"),
        ({"groups": ["a"] * ROWS}, "groups", "warn", "1; 1 in more than one split"),
        ({"target": np.full(ROWS, 1, dtype=np.float32)}, "labels", "fail", "1.00 to 1.00"),
        ({"target": np.linspace(-9, 9, ROWS, dtype=np.float32)}, "labels", "warn", "-9.00 to 9.00"),
        ({"split": ["train"] * ROWS}, "rows", "fail", "12 / 0 / 0"),
        ({"target": np.arange(ROWS)}, "classes", "warn", "5 class(es) without a training row"),
        (
            {"meta": {"fitted_on": np.ones(ROWS, dtype=bool)}},
            "features fitted to labels",
            "fail",
            "3 test rows",
        ),
        ({"meta": {"fitted_on": np.arange(ROWS) < 7}}, "features fitted to labels", "ok", "of no test row"),
        (
            {"meta": {"source": {"reader": "x", "files": [], "replaced": {"audio": 7}}}},
            "not finite/audio",
            "warn",
            "7 put to 0",
        ),
        (
            {"meta": {"source": {"reader": "x", "files": [], "duplicates": {"text_groups": 3}}}},
            "duplicates/text groups",
            "warn",
            "3",
        ),
    ],
)
def test_a_planted_fault_is_found(changes, name, status, words):
    item = found(honest(**changes), name)
    assert (item.status, words in item.found) == (status, True)
    if status != "ok":
        assert item.expected


def test_a_column_without_any_other_value_fails():
    flat = {"text": np.ones((ROWS, 3), dtype=np.float32)}
    assert found(honest(modalities=flat), "constant columns/text").status == "fail"


def test_facts_are_stated():
    both = fields()["modalities"]["text"]
    part = honest(modalities={"text": both, "voice": both}, available={"text": np.arange(ROWS) > 2})
    assert found(part, "available/text").found == "75.0% of the rows"
    data = honest()
    assert found(data, "rounded labels/test").found == "-3: 0, -2: 0, -1: 1, 0: 1, 1: 0, 2: 1, 3: 0"
    assert found(data, "label grid").found.startswith("100.0% are multiples of 0.2")
    wide = honest(modalities={"text": np.random.default_rng(0).normal(size=(ROWS, 768)).astype(np.float32)})
    assert found(wide, "width/text").found == "768, as BERT has"


def test_lengths_are_counted_and_an_empty_sequence_is_warned_of():
    frames = np.ones((ROWS, 5, 4), dtype=np.float32)
    lengths = np.arange(ROWS) % 5 + 1
    data = honest(sequences={"text": (frames, lengths)})
    assert found(data, "lengths/text").found == "1 to 5 frames, median 2.5"
    empty = honest(sequences={"text": (frames, np.where(np.arange(ROWS) == 0, 0, lengths))})
    assert found(empty, "lengths/text").status == "warn"


@pytest.mark.parametrize(
    ("counts", "where"),
    [((1284, 229, 686), "MMSA"), ((1281, 229, 685), "MAG-BERT"), ((1555, 518, 519), "QMF")],
)
def test_published_counts_are_recognised(counts, where):
    rows = sum(counts)
    data = honest(
        modalities={"text": np.random.default_rng(0).normal(size=(rows, 3)).astype(np.float32)},
        target=np.linspace(-3, 3, rows, dtype=np.float32),
        available=None,
        ids=list(map(str, range(rows))),
        split=np.repeat(["train", "valid", "test"], counts),
        groups=None,
        target_sd=None,
        meta={},
    )
    assert where in found(data, "rows").found


def test_a_published_file_is_known_by_its_hash_and_another_is_not():
    source = next(file for file in catalogue.entry("mosi").sources if file.sha256)
    files = [{"name": "a.csv", "sha256": source.sha256}, {"name": "b.csv", "sha256": "0" * 64}]
    data = honest(meta={"source": {"reader": "x", "files": files}})
    assert found(data, "file/a.csv").status == "ok"
    assert found(data, "file/b.csv").status == "info"


def test_what_cannot_be_read_is_the_one_failed_item(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LINES + "a,1,text,nan,train\n")
    report = check(path)
    assert report.status == "fail"
    (item,) = report.items
    assert item.check == "readable"
    assert "'nan' in row 1" in item.found
    assert str(tmp_path) not in json.dumps(report.to_dict())


def test_nan_among_features_is_reported_not_refused(tmp_path):
    rows = "".join(f"{row},{row}.5,{('train', 'valid', 'test')[row % 3]}\n" for row in range(12))
    (tmp_path / "labels.csv").write_text("id,label,split\n" + rows)
    values = np.random.default_rng(0).normal(size=(12, 2))
    values[3, 1] = np.nan
    np.save(tmp_path / "face.npy", values)
    report = check(tmp_path)
    (item,) = [item for item in report.items if item.check == "not finite/face"]
    assert item.found.startswith("1 put to 0")


def test_the_report_is_json_without_paths_and_readable_in_100_columns():
    report = check(honest(**column(2.0)))
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()
    text = report.to_text()
    assert max(map(len, text.splitlines())) <= 100
    for item in report.items:
        assert item.check in text


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [(["ok", "info"], "ok"), (["ok", "warn", "info"], "warn"), (["warn", "fail", "ok"], "fail")],
)
def test_the_worst_item_is_the_reports_status(statuses, worst):
    assert Report("x", tuple(Item("a", status, "b") for status in statuses)).status == worst
