"""Label lists: their rows, their videos, and what is refused."""

import numpy as np
import pytest

from euar.data import DataError, readers
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
