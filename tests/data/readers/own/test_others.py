"""Columns of labels that the package has no use for: kept row by row, unless their names may be slips."""

import numpy as np
import pytest

from euar.data import MultimodalDataset, readers
from tests.data.readers.own.refused import labels, refusal

AGES = [str(20 + row) for row in range(12)]


def test_they_are_kept_through_a_file_and_a_selection(tmp_path):
    column = {"age": AGES, "Note": ["", "“yes”"] * 6, "empty": [""] * 12, "mode": ["x"] * 12}
    data = readers.read(labels(tmp_path, ["0.5", "1.5"] * 6, column=column))
    assert {name: cells.tolist() for name, cells in data.metadata.items()} == column
    again = MultimodalDataset.from_hdf5(data.to_hdf5(tmp_path / "out" / "set.h5"))
    assert again.sha256 == data.sha256
    assert again.subset(split="valid").metadata["age"].tolist() == AGES[7:9]


def test_without_any_there_is_no_entry(tmp_path):
    assert readers.read(labels(tmp_path, ["0.5"] * 12)).metadata == {}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("spilt", "split"),
        ("Split", "split"),
        ("splits", "split"),
        ("splt", "split"),
        ("grouq", "group"),
        (" group", "group"),
        ("label_std", "label_sd"),
        ("Text", "text"),
    ],
)
def test_what_may_be_a_slip_is_named(name, meant, tmp_path):
    error = refusal(labels(tmp_path, ["0.5"] * 12, column={name: ["train"] * 12}, words=None))
    assert (error.field, error.expected, error.found) == ("header", f"a column {meant}", repr(name))
    assert f"rename the column to {meant}" in error.remedy


@pytest.mark.parametrize("name", ["age", "page", "user", "mode", "ids", "Id", "label_a", "gender", "speaker"])
def test_other_words_are_no_slips(name, tmp_path):
    """Those near a column that is there are none, either."""
    data = readers.read(labels(tmp_path, ["0.5"] * 12, column={name: ["1"] * 12}))
    assert data.metadata[name].tolist() == ["1"] * 12


@pytest.mark.parametrize("name", ["ID", "ids", "Id", "idx"])
def test_the_ids_under_another_name(name, tmp_path):
    path = labels(tmp_path, ["0.5"] * 12) / "labels.csv"
    path.write_text(path.read_text().replace("id,", f"{name},", 1))
    error = refusal(tmp_path)
    assert (error.file, error.remedy.partition(",")[0]) == (str(path), "rename the column to id")


def test_labels_under_another_name(tmp_path):
    path = labels(tmp_path, ["0.5"] * 12, column={"age": AGES}) / "labels.csv"
    path.write_text(path.read_text().replace("label", "score", 1))
    error = refusal(tmp_path)
    assert (error.field, error.found) == ("label", "none, but columns score, age")
    assert "rename the one that is it" in error.remedy


@pytest.mark.parametrize("name", ["Labels.csv", "table.csv"])
def test_a_table_of_labels_under_another_name(name, tmp_path):
    path = labels(tmp_path, ["0.5"] * 12) / "labels.csv"
    path = path.rename(tmp_path / name)
    error = refusal(tmp_path)
    assert (error.file, error.field) == (str(path), "header")
    assert "labels.csv: rename the file" in error.remedy


def test_a_column_of_labels_beside_features_is_refused(tmp_path):
    labels(tmp_path, ["0.5"] * 12)
    rows = "".join(f"i{row},{row},0.5\n" for row in range(12))
    (tmp_path / "face.csv").write_text(f"id,f,Label\n{rows}")
    error = refusal(tmp_path)
    assert (error.file, error.expected) == (str(tmp_path / "face.csv"), "features, without a column label")


def test_an_array_of_labels_in_hdf5_keeps_its_neighbours(tmp_path):
    import h5py

    with h5py.File(tmp_path / "own.h5", "w") as file:
        file["labels/id"] = [f"i{row}" for row in range(12)]
        file["labels/label"] = np.linspace(0, 1, 12)
        file["labels/age"] = np.arange(12)
        file["views/face"] = np.ones((12, 2))
    data = readers.read(tmp_path / "own.h5")
    assert data.metadata["age"].tolist() == [str(row) for row in range(12)]
