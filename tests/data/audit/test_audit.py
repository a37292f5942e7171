"""Each planted fault is found, an honest set passes, and a report is the same on every machine."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from euar.data import DataError, catalogue, readers
from euar.data.audit import Item, Report, audit
from euar.data.tasks import with_task
from euar.training.targets import target_scale
from tests.data.readers.writers.mosi import bc_lstm
from tests.data.readers.writers.pickles import mag, mmsa, mult
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
    return found_in(audit(data), name)


def found_in(report, name):
    (item,) = [item for item in report.items if item.check == name]
    return item


def test_an_honest_set_has_nothing_to_warn_of():
    assert audit(honest()).status == "ok"


def column(value):
    text = honest().modalities["text"].copy()
    text[:, 1] = value
    return {"modalities": {"text": text}}


@pytest.mark.parametrize(
    ("changes", "name", "status", "words"),
    [
        (column(2.0), "constant columns/text", "warn", "1 of 4"),
        ({"groups": ["a"] * ROWS}, "groups", "warn", "1; 1 in more than one split"),
        ({"groups": ["a"] * 8 + ["b"] * 4}, "groups", "warn", "2; 2 in more than one split"),
        ({"target": np.full(ROWS, 1, dtype=np.float32)}, "labels", "fail", "1.00 to 1.00"),
        ({"split": ["train"] * ROWS}, "rows", "fail", "12 / 0 / 0"),
        ({"target": np.arange(ROWS)}, "classes", "warn", "5 class(es) without a training row"),
        (
            {"meta": {"fitted_on": np.ones(ROWS, dtype=bool)}},
            "features fitted to labels",
            "fail",
            "3 test rows",
        ),
        (
            {"meta": {"fitted_on": np.arange(ROWS) < 9}},
            "features fitted to labels",
            "warn",
            "2 validation rows",
        ),
        ({"meta": {"fitted_on": np.arange(ROWS) < 7}}, "features fitted to labels", "ok", "of no test"),
        (
            {"target": np.arange(ROWS) % 3, "meta": {"classes": "a, b, c"}},
            "class names",
            "warn",
            "'a, b, c'",
        ),
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


def test_a_modality_that_no_row_has_fails():
    both = fields()["modalities"]["text"]
    absent = {"voice": np.zeros(ROWS, dtype=bool)}
    data = honest(modalities={"text": both, "voice": both}, available=absent)
    assert found(data, "available/voice").status == "fail"
    assert "constant columns/voice" not in [item.check for item in audit(data).items]


def test_a_class_without_rows_keeps_its_name():
    data = honest(target=np.arange(ROWS) % 2, meta={"classes": ["no", "yes", "maybe"]})
    assert found(data, "classes/test").found == "no: 1, yes: 2, maybe: 0"


@pytest.mark.parametrize(
    "meta",
    [{"source": {"url": "x"}}, {"metadata": "x"}, {"fitted_on": "train"}, {"fitted_on": np.ones(ROWS)}],
)
def test_what_users_keep_in_meta_under_our_names_is_let_alone(meta):
    assert [item.check for item in audit(honest(meta=meta)).items] == [
        item.check for item in audit(honest(meta={})).items
    ]


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


def of_counts(counts, **changes):
    rows = sum(counts)
    return honest(
        modalities={"text": np.random.default_rng(0).normal(size=(rows, 3)).astype(np.float32)},
        target=np.linspace(-3, 3, rows, dtype=np.float32),
        available=None,
        ids=list(map(str, range(rows))),
        split=np.repeat(["train", "valid", "test"], counts),
        groups=None,
        target_sd=None,
        meta={},
        **changes,
    )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((1284, 229, 686), "as in MMSA"),
        ((1281, 229, 685), "as in MAG-BERT"),
        ((16326, 1871, 4659), "as in MMSA"),
        ((16265, 1869, 4643), "as in MAG-BERT"),
        ((16274, 1861, 4653), "as in the label list"),
        ((1555, 518, 519), "as in QMF"),
        ((700, 95, 654), "as in the official split (NYU Depth V2), 95 of its training rows for validation"),
        ((1283, 229, 688), "which is -1 / +0 / +2 compared with MMSA"),
        ((100, 20, 30), "in none of the published lists"),
    ],
)
def test_published_counts_are_recognised_or_how_far_off_they_are(counts, words):
    item = found(of_counts(counts), "rows")
    assert words in item.found
    assert item.status == ("ok" if words.startswith("as in") else "info")


def test_a_file_with_the_published_name_and_counts_but_another_content_is_warned_of():
    files = [{"name": "label.csv", "sha256": "0" * 64}, {"name": "mine.csv", "sha256": "0" * 64}]
    data = replace(of_counts((1281, 229, 685)), meta={"source": {"reader": "x", "files": files}})
    known = next(file.sha256 for file in catalogue.entry("mosi").sources if file.to == "label.csv")
    assert known[:16] in found(data, "file/label.csv").expected
    assert found(data, "file/label.csv").status == "warn"
    assert found(data, "file/mine.csv").status == "info"
    other = replace(of_counts((100, 20, 30)), meta=data.meta)
    assert found(other, "file/label.csv").status == "info"


def test_the_hashes_of_mmsa_are_known():
    names = [(entry, file.file) for entry in ("mosi", "mosei") for file in catalogue.entry(entry).published]
    assert names == [
        (entry, f"{entry.upper()}/Processed/{word}_50.pkl")
        for entry in ("mosi", "mosei")
        for word in ("aligned", "unaligned")
    ]


def test_a_published_file_is_known_by_its_hash_and_another_is_not():
    source = next(file for file in catalogue.entry("mosi").sources if file.sha256)
    files = [{"name": "a.csv", "sha256": source.sha256}, {"name": "b.csv", "sha256": "0" * 64}]
    data = honest(meta={"source": {"reader": "x", "files": files}})
    assert found(data, "file/a.csv").status == "ok"
    assert found(data, "file/b.csv").status == "info"


def test_what_cannot_be_read_is_the_one_failed_item(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LINES + "a,1,text,nan,train\n")
    report = audit(path)
    assert report.status == "fail"
    (item,) = report.items
    assert item.check == "readable"
    assert "'nan' in line 2" in item.found
    assert str(tmp_path) not in json.dumps(report.to_dict())


def test_a_file_that_is_absent_is_named_without_the_folder_that_holds_the_source(tmp_path):
    path = bc_lstm.write(tmp_path)
    (path / "text_train.csv").unlink()
    report = json.dumps(audit(path).to_dict())
    assert f"{path.name}/text_train.csv" in report
    assert str(tmp_path.parent) not in report


def test_the_current_folder_has_its_own_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert audit(".").source == tmp_path.name


def own_folder(path, values):
    rows = "".join(f"{row},{row / 5},{('train', 'valid', 'test')[row % 3]}\n" for row in range(12))
    (path / "labels.csv").write_text("id,label,split\n" + rows)
    np.save(path / "face.npy", values)
    return path


def test_nan_among_features_fails_and_the_rest_is_looked_at(tmp_path):
    values = np.random.default_rng(0).normal(size=(12, 2))
    values[3, 1] = np.nan
    report = audit(own_folder(tmp_path, values))
    items = {item.check: item for item in report.items}
    assert (report.status, items["finite numbers"].status) == ("fail", "fail")
    assert "the first in '3', column 2" in items["finite numbers"].found
    assert "--nan zero" in items["finite numbers"].remedy
    assert items["not finite/face"].found.startswith("1 put to 0")
    assert items["constant columns/face"].status == "ok"


def test_ratings_of_another_scale_are_a_fact_and_have_no_histogram_in_sevenths():
    report = audit(honest(target=np.linspace(-9, 9, ROWS, dtype=np.float32)))
    items = {item.check: item for item in report.items}
    assert (report.status, items["labels"].status) == ("ok", "info")
    assert items["labels"].found == "-9.00 to 9.00, not on the sentiment scale (-3 to 3, both signs)"
    assert not [name for name in items if name.startswith("rounded labels")]


@pytest.mark.parametrize("ends", [(0, 1), (-3, 0), (-3.5, 3), (-1, 1), (-3, 3)])
def test_check_and_training_agree_on_the_scale(ends):
    data = honest(target=np.linspace(*ends, ROWS, dtype=np.float32))
    said = found_in(audit(data), "labels").found
    assert ("not on the sentiment scale" in said) == (not target_scale(data).sentiment)


@pytest.mark.parametrize("value", [7.5, -9.5])
def test_one_value_off_the_scale_fails(value):
    report = audit(honest(target=np.full(ROWS, value, dtype=np.float32)))
    assert found_in(report, "labels").status == "fail"


def test_integers_whose_task_is_open_warn_in_the_words_of_a_training(tmp_path):
    rows = "".join(f"{row},{row % 3},{('train', 'valid', 'test')[row % 3]}\n" for row in range(12))
    own_folder(tmp_path, np.random.default_rng(0).normal(size=(12, 2)))
    (tmp_path / "labels.csv").write_text("id,label,split\n" + rows)
    items = {item.check: item for item in audit(tmp_path).items}
    with pytest.raises(DataError) as caught:
        with_task(readers.read(tmp_path), None)
    said = items["task"]
    assert said.status == "warn"
    asked = caught.value
    assert (said.found, said.expected, said.remedy) == (asked.found, asked.expected, asked.remedy)
    told = audit(with_task(readers.read(tmp_path), "classification"))
    assert "task" not in [item.check for item in told.items]


def test_columns_that_are_kept_are_named(tmp_path):
    own_folder(tmp_path, np.random.default_rng(0).normal(size=(12, 2)))
    body = [line.replace(",", ",40,", 1) for line in (tmp_path / "labels.csv").read_text().splitlines()[1:]]
    (tmp_path / "labels.csv").write_text("\n".join(["id,age,label,split", *body]))
    assert found_in(audit(tmp_path), "metadata").found == "age"


def test_a_modality_of_nan_alone_fails(tmp_path):
    items = {item.check: item for item in audit(own_folder(tmp_path, np.full((12, 2), np.nan))).items}
    assert items["not finite/face"].found.startswith("24 put to 0")
    assert items["constant columns/face"].status == "fail"


def test_an_id_that_stands_twice_cannot_be_read(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LINES + "a,1,text,1.0,train\n" * 2)
    (item,) = audit(path).items
    assert (item.check, item.status) == ("readable", "fail")
    assert all((item.found, item.expected, item.remedy))


def test_the_report_is_json_without_paths_and_readable_in_100_columns():
    report = audit(honest(**column(2.0)))
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()
    text = report.to_text()
    assert max(map(len, text.splitlines())) <= 100
    for item in report.items:
        assert item.check in text


def test_a_long_name_has_a_line_of_its_own_and_the_others_stay_aligned():
    long = Item(f"file/{'a' * 120}.csv", "info", "SHA-256 of it")
    lines = Report("x", (long, Item("rows", "ok", "ten"))).to_text().splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[-1].index("ten") == lines[-2].index("SHA-256 of it")
    assert Report("x", ()).to_text() == "x: ok"


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [(["ok", "info"], "ok"), (["ok", "warn", "info"], "warn"), (["warn", "fail", "ok"], "fail")],
)
def test_the_worst_item_is_the_reports_status(statuses, worst):
    assert Report("x", tuple(Item("a", status, "b") for status in statuses)).status == worst


def test_a_format_that_nobody_has_seen_says_so(tmp_path):
    (item,) = [item for item in audit(mmsa.write(tmp_path)).items if item.check == "format"]
    assert item.found == "mmsa, a reader from the published layout"


def test_what_a_reader_left_out_or_merged_is_listed():
    source = {
        "reader": "own-folder",
        "files": [],
        "dropped": {"files_without_a_row": 3},
        "left_out": ["key 'val': a dict of 2", "column label_T"],
        "merged_labels": [["good", "good "]],
        "similar_labels": [["Bad", "bad"]],
        "similar_groups": [["Sam", "sam"]],
    }
    seen = {(item.check, item.status, item.found) for item in audit(make(meta={"source": source})).items}
    assert {
        ("rows left out/files_without_a_row", "info", "3"),
        ("left out", "info", "key 'val': a dict of 2"),
        ("left out", "info", "column label_T"),
        ("class names", "warn", "'good', 'good '"),
        ("class names", "warn", "'Bad', 'bad'"),
        ("group names", "warn", "'Sam', 'sam'"),
    } <= seen


@pytest.mark.parametrize("writer", [mag, mmsa, mult])
def test_pickles_with_rows_without_frames_are_audited(writer, tmp_path):
    content = writer.content()
    if writer is mag:
        content["train"][1] = (([], np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32)), 1.0, "b[0]")
    else:
        for name in writer.WIDTHS:
            content["train"][name][1] = 0
    path = tmp_path / "some.pkl"
    path.write_bytes(pickle.dumps(content))
    items = {item.check: item.found for item in audit(readers.read(path)).items}
    assert items["rows left out/without_frames"] == "1"
