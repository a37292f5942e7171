"""Cross-Modal-BERT's TSV files: rows, quotes in texts, and what is refused."""

import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.writers.mosi import cross_modal_bert as writer


@pytest.fixture
def folder(tmp_path):
    return writer.write(tmp_path)


def test_rows_of_the_writers_folder(folder):
    data = readers.read(folder)
    rows = [row for rows in writer.ROWS.values() for row in rows]
    assert data.meta["source"]["reader"] == "cross-modal-bert"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 2, "test": 2}
    assert data.meta["raw"]["text"].tolist() == [text for text, _ in rows]
    assert np.array_equal(data.target, np.array([label for _, label in rows], dtype=np.float32))
    assert data.ids.tolist() == [
        *("train-0", "train-1", "train-2"),
        *("valid-0", "valid-1"),
        *("test-0", "test-1"),
    ]
    assert data.split.tolist() == ["train"] * 3 + ["valid"] * 2 + ["test"] * 2
    assert data.groups is None
    assert data.modalities == {}


def test_a_quote_is_part_of_the_text(folder):
    path = folder / "train.tsv"
    path.write_bytes(path.read_bytes().replace(b"A DULL", b'"A DULL'))
    data = readers.read(folder)
    assert data.meta["raw"]["text"][1] == '"A DULL FILM'
    assert len(data) == 7


@pytest.mark.parametrize(
    ("old", "new", "field", "found"),
    [
        ("1.8", "nan", "label", "'nan' in line 2"),
        ("-3.0", "low", "label", "'low' in line 3"),
        ("\t-3.0", "", "columns", "1 in line 3"),
        ("\t-3.0", "\t-3.0\t1", "columns", "3 in line 3"),
        ("text\tlabel", "text\tscore", "header", "'score'"),
        ("NO\t", "NO\0\t", "file", "NUL"),
    ],
)
def test_what_is_refused(old, new, field, found, folder):
    path = folder / "dev.tsv"
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    with pytest.raises(DataError) as caught:
        readers.read(folder)
    assert caught.value.file == str(path)
    assert caught.value.field == field
    assert found in caught.value.found


def test_a_header_alone_is_refused(folder):
    (folder / "test.tsv").write_bytes(b"text\tlabel\r\n")
    with pytest.raises(DataError, match="and 0 rows"):
        readers.read(folder)


def test_counts_of_the_real_files(real):
    data = readers.read(real("mosi/cross_modal_bert"))
    assert tuple(data.meta["source"]["counts"].values()) == (1284, 229, 686)
    assert (data.target.min(), data.target.max()) == (-3, 3)
