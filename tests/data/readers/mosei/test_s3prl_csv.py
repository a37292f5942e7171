"""s3prl's labels of CMU-MOSEI: rows, splits, pointers, and what is refused."""

from collections import defaultdict

import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.writers.mosei import s3prl_csv as writer


def test_rows_of_the_writers_list(tmp_path):
    data = readers.read(writer.write(tmp_path))
    rows = [row for row in writer.ROWS if row[-1] != 3]
    assert data.meta["source"]["reader"] == "s3prl-csv"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 2, "test": 2}
    assert data.meta["source"]["dropped"] == {"in_no_split": 1}
    assert data.ids.tolist() == [f"{row[0]}_{row[1]}" for row in rows]
    assert data.split.tolist() == [("train", "valid", "test")[row[-1]] for row in rows]
    assert data.target.dtype == np.float32
    assert data.target.tolist() == [row[7] for row in rows]
    assert data.groups.tolist() == [row[0] for row in rows]
    assert data.modalities == {}


def test_pointers_keep_the_times_as_they_are_written(tmp_path):
    data = readers.read(writer.write(tmp_path))
    assert data.meta["raw_kinds"] == {"segment": "segment"}
    assert data.meta["raw"]["segment"][1] == "--aé@-0.487528344671-3.23628117914"
    assert data.meta["raw"]["segment"][-1] == "e@2-10.5"


@pytest.mark.parametrize(
    ("old", "new", "field", "found"),
    [
        (",23.199,", ",31,", "start, end", "31 to 30.325 in line 2"),
        (",23.199,", ",nan,", "start", "'nan' in line 2"),
        ("--aé,1", "--aé,nan", "index", "'nan' in line 3"),
        (",0,1,1\n", ",0,1,4\n", "split", "'4' in line 2"),
        (",0,1,1\n", ",0,1,\n", "split", "'' in line 2"),
        (",0,1,1\n", ",0,4,1\n", "label7", "'4' in line 2"),
        (",0,1,1\n", ",0,1\n", "columns", "9 in line 2"),
        ("--aé,1", "--aé,0", "ids", "'--aé_0' 2 times"),
        (",label7,", ",label8,", "header", ""),  # no such file: a table of somebody's own
    ],
)
def test_what_is_refused(old, new, field, found, tmp_path):
    path = writer.write(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        readers.read(path)
    assert caught.value.file == str(path)
    assert caught.value.field == field
    assert found in caught.value.found


def test_counts_of_the_real_list(real):
    data = readers.read(real("mosei/CMU_MOSEI_Labels_s3prl.csv"))
    assert tuple(data.meta["source"]["counts"].values()) == (16327, 1871, 4662)
    assert data.meta["source"]["dropped"] == {"in_no_split": 399}
    assert len(set(data.groups)) == 3225


def test_the_splits_of_the_real_list_are_those_of_the_other_list(real):
    splits = defaultdict(set)
    lists = [readers.read(real(f"mosei/{name}")) for name in ("label.csv", "CMU_MOSEI_Labels_s3prl.csv")]
    for data in lists:
        for video, word in zip(data.groups, data.split, strict=True):
            splits[video].add(word)
    assert len(set(lists[0].groups)) == 3217
    assert set(lists[0].groups) <= set(lists[1].groups)
    assert all(len(splits[video]) == 1 for video in lists[0].groups)
