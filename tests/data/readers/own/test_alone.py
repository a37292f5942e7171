"""Everything in one file, as people write it at once: read as the folder is, or told what to rename."""

import csv
import time
import tracemalloc

import h5py
import numpy as np
import pandas as pd
import pytest

from euar.data import DataError, readers
from euar.data.readers import array_files
from tests.data.readers.own.refused import WORDS, refusal
from tests.data.readers.writers.own._rows import features

ROWS = len(WORDS)
FACE, VOICE = features(1, ROWS, 3), features(2, ROWS, 4, 2)
COLUMNS = {
    "id": [f"i{row}" for row in range(ROWS)],
    "label": np.linspace(0, 9.5, ROWS),
    "split": WORDS,
    "group": [f"g{row}" for row in range(ROWS)],
    "age": np.arange(ROWS),
}


def as_folder(folder, columns=COLUMNS):
    (folder / "folder").mkdir()
    cells = zip(*(list(values) for values in columns.values()), strict=True)
    with (folder / "folder" / "labels.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([list(columns), *cells])
    np.savez(folder / "folder" / "views.npz", face=FACE)
    return folder / "folder"


def as_npz(path, **arrays):
    np.savez(path.with_suffix(".npz"), **arrays)
    return path.with_suffix(".npz")


def as_hdf5(path, **arrays):
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        for name, values in arrays.items():
            file[name] = values if isinstance(values, np.ndarray) else list(values)
    return path.with_suffix(".h5")


def as_csv(path, **arrays):
    """One table, with the columns of two dimensions numbered."""
    columns = {}
    for name, values in arrays.items():
        wide = np.ndim(values) == 2
        columns |= {f"{name}_{n}": part for n, part in enumerate(values.T)} if wide else {name: values}
    with path.with_suffix(".csv").open("w", newline="") as stream:
        cells = zip(*(list(values) for values in columns.values()), strict=True)
        csv.writer(stream).writerows([list(columns), *cells])
    return path.with_suffix(".csv")


def test_a_header_of_any_length_is_read_whole(tmp_path):
    face = np.arange(ROWS * 700.0).reshape(ROWS, 700)
    data = readers.read(as_csv(tmp_path / "all", id=COLUMNS["id"], label=COLUMNS["label"], face=face))
    assert data.in_features == {"face": 700}
    assert "metadata" not in data.meta


def test_many_further_columns_take_linear_time(tmp_path):
    names = [f"z{number}y" for number in range(40_000)]
    rows = [",".join([f"i{row}", f"{row / 2}", "0.5", *["1"] * len(names)]) for row in range(3)]
    path = tmp_path / "all.csv"
    path.write_text("\n".join([",".join(["id", "label", "f_0", *names]), *rows]))
    start = time.process_time()
    with pytest.raises(DataError, match="at least 10 groups"):
        readers.read(path)
    assert time.process_time() - start < 5


def test_a_name_of_a_column_may_be_long(tmp_path):
    tracemalloc.start()
    try:
        readers.read(as_csv(tmp_path / "all", **COLUMNS, face=FACE, **{"bc" * 3000: COLUMNS["age"]}))
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("dtype", ["i1", "f2", "S1"])
@pytest.mark.parametrize("shape", [(2**17,), (ROWS, 2**17)])
def test_arrays_count_as_what_they_become(shape, dtype, tmp_path, monkeypatch):
    """Packed small numbers and letters take many times their bytes, as float32 or as texts."""
    monkeypatch.setattr(array_files, "_ALWAYS", 2**22)
    path = tmp_path / "all.npz"
    np.savez_compressed(path, label=np.zeros(shape, dtype), face=np.zeros(shape, dtype))
    with pytest.raises(DataError, match=r"at most \d+ bytes of arrays"):
        readers.read(path)


def test_texts_of_many_arrays_count_together(tmp_path, monkeypatch):
    monkeypatch.setattr(array_files, "_ALWAYS", 2**22)
    path = as_hdf5(tmp_path / "all", label=COLUMNS["label"], face=FACE)
    with h5py.File(path, "a") as file:
        for number in range(8):
            texts = ["x" * 10_000, *["x"] * 49]  # 2 MB at one width
            file.create_dataset(f"text{number}", data=texts, dtype=h5py.string_dtype(), compression=9)
    with pytest.raises(DataError, match=r"at most \d+ bytes of arrays"):
        readers.read(path)


WAYS = pytest.mark.parametrize("write", [as_npz, as_hdf5, as_csv])
ARRAYS = pytest.mark.parametrize("write", [as_npz, as_hdf5])


@WAYS
def test_one_file_is_as_good_as_the_folder(write, tmp_path):
    found = readers.read(write(tmp_path / "mine", **COLUMNS, face=FACE))
    assert found.sha256 == readers.read(as_folder(tmp_path)).sha256
    assert (found.name, found.metadata["age"].tolist()) == ("mine", [str(n) for n in range(ROWS)])


@ARRAYS
def test_sequences_and_rows_without_ids(write, tmp_path):
    columns = {name: values for name, values in COLUMNS.items() if name != "id"}
    lengths = np.arange(ROWS) % 4 + 1
    found = readers.read(write(tmp_path / "mine", **columns, voice=VOICE, voice_lengths=lengths))
    assert found.ids.tolist() == [str(row) for row in range(ROWS)]
    assert found.sequences["voice"][1].tolist() == lengths.tolist()


@WAYS
def test_a_file_without_labels_is_for_prediction(write, tmp_path):
    path = write(tmp_path / "new", id=COLUMNS["id"], age=COLUMNS["age"], face=FACE)
    found = readers.read(path, labels=False)
    assert (found.labelled, found.in_features) == (False, {"face": 3})
    assert found.metadata.keys() == {"age"}
    assert refusal(path).found == "none, but columns age"


@WAYS
def test_text_may_stand_beside_features_of_its_name(write, tmp_path):
    if write is as_csv:
        path = write(tmp_path / "mine", **COLUMNS, text=["so it is"] * ROWS, face=FACE)
        assert readers.read(path).meta["raw_kinds"] == {"text": "text"}
    path = write(tmp_path / "mine", **COLUMNS, text=FACE)
    assert readers.read(path).in_features == {"text": 3}


@ARRAYS
@pytest.mark.parametrize(
    ("arrays", "field", "words"),
    [
        ({"X": FACE, "y": np.arange(ROWS) / 2}, "label", "but columns y; add a column label, or rename"),
        ({"face": FACE, "Label": np.arange(ROWS) / 2}, "header", "rename the column to label"),
        ({"face": FACE, "labels": np.arange(ROWS) / 2}, "header", "rename the column to label"),
        ({"face": FACE, "label": np.ones((ROWS, 1))}, "label", "found shape (12, 1); write it with .ravel()"),
        ({"label": np.arange(ROWS) / 2, "age": np.arange(ROWS)}, "modalities", "age (12,)"),
        ({"face": FACE[:8], "face_test": FACE[8:], "label": np.arange(8) / 2}, "face_test", "8 rows"),
        ({"face": FACE, "label": np.ones(ROWS), "y_test": np.ones(3)}, "labels", "label 12, y_test 3"),
        (
            {"face": FACE, "voice_lengths": np.ones((ROWS, 1)), "label": np.ones(ROWS)},
            "voice_lengths",
            "add it",
        ),
    ],
)
def test_other_names_are_told(write, arrays, field, words, tmp_path):
    error = refusal(write(tmp_path / "mine", **arrays))
    assert error.field == field
    assert words in str(error)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("id,label,split,a,b,c", "found a, b, c; number the columns of each modality, as in voice_0"),
        ("id,label,split,f_1,f_2,f_3", "expected f_0, f_1, f_2, found 'f_3'; number features from 0"),
        ("id,label,split,f_0,f_2,g", "expected f_0, f_1, found 'f_2'"),
        ("id,label,split,f_00,f_1,f_2", "expected f_0, f_1, f_2, found 'f_00'"),
        ("id,label,split,label_0,f_0,f_1", "found 'label_0', as if it were a modality"),
        ("id,Label,split,f_0,f_1,f_2", "rename the column to label"),
        ("id,labels,split,a,b,c", "rename the column to label"),
        ("id,rating,split,a,b,c", "found id, rating, split, a, b, c; rename the column with the labels"),
        ("patient,rating,split,a,b,c", "expected columns id and label, and features in columns NAME_0"),
        ("ID,label,split,f_0,f_1,f_2", "rename the column to id"),
        (",label,split,f_0,f_1,f_2", "expected a name for each column, found a column without"),
        ("id,label,split,f_0,f_1,f_1", "2 of 'f_1'"),
    ],
)
def test_a_wide_table_under_other_names_is_told(header, words, tmp_path):
    path = tmp_path / "mine.csv"
    rows = (f"i{row},{row / 2},{word},1.5,{row},{-row}" for row, word in enumerate(WORDS))
    path.write_text("\n".join([header, *rows]))
    error = refusal(path)
    assert error.file == str(path)
    assert words in str(error)


def test_groups_in_hdf5_that_are_not_ours_are_told(tmp_path):
    path = as_hdf5(tmp_path / "mine", **{"frame/block0_values": FACE, "frame/axis1": np.arange(ROWS)})
    error = refusal(path)
    assert (error.field, error.found) == ("arrays", "'frame/axis1'")
    assert "write each as file['voice'] = values" in error.remedy


def test_modalities_in_one_npz_beside_the_labels_are_told_its_name(tmp_path):
    folder = as_folder(tmp_path)
    arrays = {"id": COLUMNS["id"], "voice": VOICE, "noise": features(3, ROWS, 2)}
    path = as_npz(folder / "mine", **arrays)
    assert "the file to views.npz" in refusal(folder).remedy
    path.rename(folder / "views.npz")
    assert readers.read(folder).in_features == {"noise": 2, "voice": 2}


def test_words_of_pandas_are_told_what_to_do(tmp_path):
    ids = pd.Series(COLUMNS["id"], dtype=object)
    columns = {name: values for name, values in COLUMNS.items() if name != "id"}
    error = refusal(as_npz(tmp_path / "mine", id=ids, **columns, face=FACE))
    assert error.remedy == "write it as numpy.array(it, dtype=str), or float"
    found = readers.read(as_npz(tmp_path / "mine", id=np.array(ids, dtype=str), **columns, face=FACE))
    assert found.ids.tolist() == COLUMNS["id"]
