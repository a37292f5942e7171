"""Rows without labels: read where they are asked for, refused where labels are needed."""

import h5py
import numpy as np
import pytest

from euar.data import DataError, MultimodalDataset, load, raw, readers
from tests.data.readers.writers.own import folder as own_folder
from tests.data.readers.writers.own import hdf5 as own_hdf5
from tests.data.readers.writers.own._rows import IDS, TEXTS, features

FACE, VOICE = features(1, 4, 3), features(2, 4, 5, 2)


def without_labels(folder):
    """The folder of the writer, without the column label."""
    own_folder.write(folder)
    lines = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    place = cells[0].index("label")
    kept = [",".join(row[:place] + row[place + 1 :]) for row in cells]
    (folder / "labels.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def test_a_table_without_labels_differs_from_one_with_them_by_the_labels_alone(tmp_path):
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    known = readers.read(own_folder.write(tmp_path / "with"))
    new = readers.read(without_labels(tmp_path / "without"), labels=False)
    assert (known.labelled, new.labelled) == (True, False)
    assert new.ids.tolist() == list(IDS)
    assert raw.strings(new, "text").tolist() == list(TEXTS)
    for name, values in known.modalities.items():
        assert np.array_equal(new.modalities[name], values)
        assert np.array_equal(new.available[name], known.available[name])


def test_labels_that_are_there_are_kept(tmp_path):
    path = own_folder.write(tmp_path)
    assert readers.read(path, labels=False).sha256 == readers.read(path).sha256
    assert load("embedded", labels=False).labelled


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_one_file_of_arrays_by_modality(suffix, tmp_path):
    path, ids = tmp_path / f"new{suffix}", ["d", "c", "b", "a"]
    arrays = {"face": FACE, "voice": VOICE, "voice_lengths": np.array([5, 1, 2, 3])}
    if suffix == ".npz":
        np.savez(path, id=ids, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for name, values in {**arrays, "id": ids}.items():
                file[name] = values
    new = readers.read(path, labels=False)
    assert new.ids.tolist() == ids
    assert set(new.split) == {"test"}
    assert np.array_equal(new.modalities["face"], FACE)
    assert new.sequences["voice"][1].tolist() == [5, 1, 2, 3]


def test_rows_without_ids_are_numbered(tmp_path):
    np.savez(tmp_path / "new.npz", face=FACE)
    assert readers.read(tmp_path / "new.npz", labels=False).ids.tolist() == ["0", "1", "2", "3"]


def test_an_hdf5_file_of_views_and_ids(tmp_path):
    path = own_hdf5.write(tmp_path)
    with h5py.File(path, "r+") as content:
        del content["labels/label"]
    new = readers.read(path, labels=False)
    assert (new.labelled, new.ids.tolist()) == (False, list(IDS))
    assert np.array_equal(new.modalities["face"], features(1, 8, 3))


def test_a_folder_of_features_is_joined_by_id(tmp_path):
    (tmp_path / "face.csv").write_text("id,a,b\nx,1,2\ny,3,4\n")
    np.savez(tmp_path / "voice.npz", id=["z", "y"], values=np.array([[5.0], [6.0]]))
    new = readers.read(tmp_path, labels=False)
    assert new.ids.tolist() == ["x", "y", "z"]
    assert new.modalities["face"].tolist() == [[1, 2], [3, 4], [0, 0]]
    assert new.modalities["voice"].tolist() == [[0], [6], [5]]
    assert new.available["face"].tolist() == [True, True, False]
    assert new.available["voice"].tolist() == [False, True, True]


def test_one_table_is_a_modality_of_its_name(tmp_path):
    (tmp_path / "face.csv").write_text("id,a,b\nx,1,2\n")
    new = readers.read(tmp_path / "face.csv", labels=False)
    assert (new.in_features, new.ids.tolist()) == ({"face": 2}, ["x"])


def test_what_the_package_writes_without_labels_it_reads(tmp_path):
    new = MultimodalDataset.unlabelled("new", {"face": FACE}, ["a", "b", "c", "d"])
    path = new.to_hdf5(tmp_path / "new.h5")
    assert readers.read(path, labels=False).sha256 == new.sha256
    with pytest.raises(DataError, match="a label in every row"):
        readers.read(path)


def test_where_labels_are_needed_their_absence_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "new.npz", face=FACE)
    for path in (without_labels(tmp_path / "folder"), tmp_path / "new.npz"):
        with pytest.raises(DataError) as caught:
            readers.read(path)
        assert (caught.value.file, caught.value.field) == (str(path), "label")
    with pytest.raises(DataError, match="`euar predict` takes rows without"):
        load(tmp_path / "folder")


@pytest.mark.parametrize(
    ("arrays", "field"),
    [
        ({}, "modalities"),
        ({"id": ["a"]}, "modalities"),
        ({"face": FACE, "id": ["a", "b"]}, "face"),
        ({"face": FACE, "voice": VOICE[:2]}, "voice"),
        ({"face": np.full((2, 2), np.nan)}, "modalities/face"),
    ],
)
def test_features_that_do_not_fit_are_named(arrays, field, tmp_path):
    path = tmp_path / "new.npz"
    np.savez(path, **arrays)
    with pytest.raises(DataError) as caught:
        readers.read(path, labels=False)
    assert (caught.value.file, caught.value.field) == (str(path), field)


def test_a_file_of_no_known_kind_is_refused(tmp_path):
    (tmp_path / "notes.md").write_text("nothing")
    for path in (tmp_path, tmp_path / "notes.md"):
        with pytest.raises(DataError, match=r"format: expected .*rows to predict"):
            readers.read(path, labels=False)
