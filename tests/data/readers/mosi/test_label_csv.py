"""Label lists: their rows, their videos, and what is refused."""

import csv

import numpy as np
import pytest

from euar.data import DataError, readers
from euar.data.audit import audit
from tests.data.readers.writers.mosi import label_csv as writer

MOSI = "id,text,label,mode\na_b_1,good,2.4,train\na_b_2,bad,-1.0,dev\nc_1,so so,0.0,test\n"


def test_rows_videos_and_texts(tmp_path):
    data = readers.read(writer.write(tmp_path))
    assert data.meta["source"]["reader"] == "label-csv"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 1, "test": 2}
    assert np.array_equal(data.target, np.array(writer.LABELS, dtype=np.float32))
    assert data.split.tolist() == list(writer.MODES)
    assert data.ids[3] == "video1_3_5"
    assert data.groups[3] == "video1"
    assert data.meta["raw"]["text"][0] == "Well, that is text é 0."
    assert data.modalities == {}


def test_the_layout_of_mosi(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(MOSI)
    data = readers.read(path)
    assert data.groups.tolist() == ["a_b", "a_b", "c"]
    assert data.split.tolist() == ["train", "valid", "test"]


NINE = {
    "video_id": ("a_b", "a_b", "c"),
    "clip_id": ("0001", "2", "1"),
    "text": ("good, really", "bad", "so so"),
    "label": ("2.4", "-1.0", "0.0"),
    "label_T": ("1.0", "", ""),
    "label_A": ("0.5", "", ""),
    "label_V": ("0.2", "", ""),
    "annotation": ("Positive", "Negative", "Neutral"),
    "mode": ("train", "valid", "test"),
}
ORDERS = (
    list(NINE),
    [*list(NINE)[:4], "annotation", "mode", "label_T", "label_A", "label_V"],
    ["", *NINE],
    [*NINE, "Unnamed: 9"],
)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("order", ORDERS)
def test_the_nine_columns_of_mmsa(order, quoting, tmp_path):
    columns = NINE | {"": ("0", "1", "2"), "Unnamed: 9": ("", "", "")}
    with (tmp_path / "label.csv").open("w", newline="", encoding="utf-8-sig") as stream:
        rows = zip(*(columns[name] for name in order), strict=True)
        csv.writer(stream, quoting=quoting).writerows([order, *rows])
    data = readers.read(tmp_path)
    assert data.meta["source"]["reader"] == "label-csv"
    assert data.ids.tolist() == ["a_b_0001", "a_b_2", "c_1"]
    assert data.target.tolist() == [np.float32(2.4), -1, 0]
    assert data.groups.tolist() == ["a_b", "a_b", "c"]
    assert data.split.tolist() == ["train", "valid", "test"]
    assert data.meta["raw"]["text"][0] == "good, really"
    left_out = {"column annotation", "column label_T", "column label_A", "column label_V"}
    assert set(data.meta["source"]["left_out"]) == left_out


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [(",", ";", "semicolons"), (",", "\t", "tabs"), ("text,label", "text, label", "0 of 'label'")],
)
def test_a_header_written_otherwise_is_explained(old, new, found, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(MOSI.replace(old, new))
    with pytest.raises(DataError, match=found):
        readers.read(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_named(encoding, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(MOSI.encode(encoding))
    with pytest.raises(DataError, match="expected text in UTF-8, found UTF-16"):
        readers.read(path)


def test_ratings_of_another_scale_keep_their_units_and_are_told(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(MOSI.replace("2.4", "87.5").replace("-1.0", "0"))
    data = readers.read(path)
    assert data.target.tolist() == [87.5, 0, 0]
    items = [item for item in audit(data).items if item.check == "labels"]
    assert [item.status for item in items] == ["info"]
    assert items[0].found.startswith("0.00 to 87.50, not on the sentiment scale")


@pytest.mark.parametrize(
    ("old", "new", "field", "found"),
    [
        ("2.4", "nan", "label", "'nan' in line 2"),
        ("2.4", "two", "label", "'two' in line 2"),
        ("dev", "later", "mode", "'later' in line 3"),
        ("a_b_2", "a_b_1", "ids", "'a_b_1' 2 times"),
        (",0.0,test\n", "", "columns", "2 in line 4"),
        ("good", '"good', "rows", "unexpected end of data"),
    ],
)
def test_what_is_refused(old, new, field, found, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(MOSI.replace(old, new))
    with pytest.raises(DataError) as caught:
        readers.read(path)
    assert caught.value.file == str(path)
    assert caught.value.field == field
    assert found in caught.value.found


@pytest.mark.parametrize(
    ("name", "counts", "videos"),
    [("mosi/label.csv", (1281, 229, 685), 93), ("mosei/label.csv", (16274, 1861, 4653), 3217)],
)
def test_counts_of_the_real_lists(name, counts, videos, real):
    data = readers.read(real(name))
    assert tuple(data.meta["source"]["counts"].values()) == counts
    assert len(set(data.groups)) == videos
