"""Users' own data: what is read from each layout, how rows are joined, and what is refused."""

import csv

import h5py
import numpy as np
import pytest

from euar.data import MultimodalDataset, raw, readers
from euar.data.readers import splitting
from tests.data import rows
from tests.data.readers.own.refused import labels, refusal
from tests.data.readers.writers._pictures import pixels
from tests.data.readers.writers.own import folder as own_folder
from tests.data.readers.writers.own import hdf5 as own_hdf5
from tests.data.readers.writers.own import npz as own_npz
from tests.data.readers.writers.own._rows import GROUPS, IDS, RATINGS, SPLIT, SPREAD, TEXTS, features


@pytest.fixture
def folder(tmp_path):
    return own_folder.write(tmp_path)


def test_the_columns_of_the_labels(folder):
    data = readers.read(folder)
    assert data.task == "regression"
    assert data.target.tolist() == list(RATINGS)
    assert data.ids.tolist() == list(IDS)
    assert data.split.tolist() == list(SPLIT)
    assert data.groups.tolist() == list(GROUPS)
    assert data.target_sd.tolist() == list(SPREAD)
    assert raw.strings(data, "text").tolist() == list(TEXTS)
    assert raw.kinds(data) == {"text": "text", "image": "image"}
    assert np.array_equal(raw.image(data, "image", 3), pixels(3, (6, 8, 3)))


def test_one_file_a_modality_in_four_formats(folder):
    data = readers.read(folder)
    assert data.in_features == {"gaze": 2, "sound": 3, "words": 2, "motion": 2}
    present = {"words": np.arange(8) != 2, "sound": np.full(8, True)}
    present |= {name: np.arange(8) > 0 for name in ("motion", "gaze")}
    for name, mask in present.items():
        assert np.array_equal(data.available[name], mask)
        assert not data.modalities[name][~mask].any()
    assert np.array_equal(data.modalities["sound"], features(2, 8, 3))
    assert np.array_equal(data.modalities["gaze"][1:], features(4, 8, 2)[1:])
    assert np.allclose(
        data.modalities["words"][present["words"]], features(1, 8, 2)[present["words"]], atol=1e-4
    )


def test_sequences_are_joined_by_id_and_pooled_within_their_lengths(folder):
    data = readers.read(folder)
    frames, lengths = data.sequences["motion"]
    expected = features(3, 8, own_folder.FRAMES, 2)
    assert lengths.tolist() == [0, *own_folder.LENGTHS[1:]]
    assert np.array_equal(frames[1:], expected[1:])
    for row in range(1, 8):
        mean = expected[row, : lengths[row]].mean(axis=0)
        assert np.allclose(data.modalities["motion"][row], mean, atol=1e-6)


def test_all_features_in_one_file_and_classes_by_name_with_a_drawn_split(tmp_path):
    path = own_npz.write(tmp_path)
    data = readers.read(path)
    assert data.meta["classes"] == ["glad", "sad"]
    assert [data.meta["classes"][target] for target in data.target] == list(own_npz.LABELS)
    assert np.array_equal(data.split, splitting.assign(path, data.target, data.ids, seed=0))
    assert data.meta["source"]["counts"] == {"train": 21, "valid": 3, "test": 6}
    assert data.in_features == {"face": 3, "voice": 2}
    assert data.sequences["voice"][1].tolist() == list(own_npz.LENGTHS)


def test_one_hdf5_file_and_integer_classes(tmp_path):
    data = readers.read(own_hdf5.write(tmp_path))
    assert data.meta["classes"] == ["3", "7", "10"]
    assert [int(data.meta["classes"][target]) for target in data.target] == list(own_hdf5.LABELS)
    assert data.groups.tolist() == list(GROUPS)
    assert np.array_equal(data.modalities["face"], features(1, 8, 3))
    assert np.array_equal(data.sequences["voice"][0], features(2, 8, 4, 2))
    assert data.sequences["voice"][1].tolist() == list(own_hdf5.LENGTHS)


def test_an_array_without_values_is_named_not_left_out(tmp_path):
    path = own_hdf5.write(tmp_path)
    with h5py.File(path, "r+") as file:
        file["views/touch"] = h5py.Empty("f4")
    error = refusal(path)
    assert (error.field, error.found) == ("views/touch", "an empty data set")


def test_the_same_rows_in_a_folder_and_in_one_file_give_the_same_set(tmp_path):
    one = own_hdf5.write(tmp_path)
    with h5py.File(one) as content:
        table = {name: content[f"labels/{name}"][()] for name in content["labels"]}
        views = {name: content[f"views/{name}"][()] for name in content["views"]}
    table = {
        name: [v.decode() if isinstance(v, bytes) else v for v in cells] for name, cells in table.items()
    }
    (tmp_path / "folder").mkdir()
    with (tmp_path / "folder" / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(table), *zip(*table.values(), strict=True)])
    np.savez(tmp_path / "folder" / "views.npz", **views)
    assert readers.read(tmp_path / "folder").sha256 == readers.read(one).sha256


@pytest.mark.parametrize("change", [np.asfortranarray, lambda v: v.astype(">f4"), np.float64, np.float16])
def test_memory_order_byte_order_and_precision_of_an_array_do_not_matter(change, tmp_path):
    labels(tmp_path, ["0.5"] * 12)
    values = np.round(features(1, 12, 3) * 8) / 8  # float16 holds these
    np.save(tmp_path / "noise.npy", change(values))
    assert np.array_equal(readers.read(tmp_path).modalities["noise"], values)


@pytest.mark.parametrize(
    ("cells", "task", "target", "classes"),
    [
        ([0, 1, 2] * 4, "classification", [0, 1, 2] * 4, ["0", "1", "2"]),
        ([-1, 1] * 6, "classification", [0, 1] * 6, ["-1", "1"]),
        ([10, 9] * 6, "classification", [1, 0] * 6, ["9", "10"]),
        (["no", "yes"] * 6, "classification", [0, 1] * 6, ["no", "yes"]),
        ([0, 1, "2.0"] * 4, "regression", [0, 1, 2] * 4, None),
        ([1.0, -2.5] * 6, "regression", [1, -2.5] * 6, None),
    ],
)
def test_integers_and_words_are_classes_and_other_numbers_ratings(cells, task, target, classes, tmp_path):
    data = readers.read(labels(tmp_path, cells))
    assert data.task == task
    assert data.target.tolist() == target
    assert data.meta.get("classes") == classes


def test_integers_are_compared_by_value(tmp_path):
    assert readers.read(labels(tmp_path, ["01", "+1", "2"] * 4)).meta["classes"] == ["1", "2"]


def test_pictures_and_sounds_stand_in_the_record(folder):
    names = {file["name"] for file in readers.read(folder).meta["source"]["files"]}
    assert {"labels.csv", "gaze.h5", "pictures/0.png", "pictures/7.png"} <= names


def test_text_of_a_fixed_width_is_utf8(tmp_path):
    path = own_hdf5.write(tmp_path)
    with h5py.File(path, "r+") as content:
        del content["labels/id"]
        content["labels/id"] = np.char.encode(np.array(IDS), "utf-8")
    assert readers.read(path).ids.tolist() == list(IDS)


def relabelled(folder, values, dtype=None):
    path = own_hdf5.write(folder)
    with h5py.File(path, "r+") as content:
        del content["labels/label"]
        content.create_dataset("labels/label", data=values, dtype=dtype)
    return path


def test_an_enum_keeps_the_names_of_its_classes(tmp_path):
    names = h5py.enum_dtype({"sad": 0, "glad": 4})
    data = readers.read(relabelled(tmp_path, np.array([0, 4] * 4), names))
    assert data.meta["classes"] == ["glad", "sad"]
    assert data.target.tolist() == [1, 0] * 4


@pytest.mark.parametrize("values", [np.array([True, False] * 4), np.ones((8, 1))], ids=["bool", "a column"])
def test_a_column_of_another_kind_is_named(values, tmp_path):
    assert refusal(relabelled(tmp_path, values)).field == "labels/label"


@pytest.mark.parametrize(
    ("train", "word", "test"),
    [
        ("train", "valid", "test"),
        ("Train", "val", "Test"),
        ("TRAINING", "dev", "testing"),
        (" train ", "Validation", "test"),
        ("train", "development", "test"),
    ],
)
def test_the_splits_may_have_other_names(train, word, test, tmp_path):
    data = readers.read(labels(tmp_path, ["0.5"] * 12, words=[word] * 2 + [train] * 5 + [test] * 5))
    assert data.meta["source"]["counts"] == {"train": 5, "valid": 2, "test": 5}


def test_groups_stay_whole_in_a_drawn_split(tmp_path):
    groups = [f"g{row // 3}" for row in range(60)]
    data = readers.read(labels(tmp_path, ["0.5", "1.5"] * 30, column={"group": groups}, words=None))
    pairs = set(zip(data.groups.tolist(), data.split.tolist(), strict=True))
    assert len(pairs) == 20


@pytest.mark.parametrize(
    ("cells", "column", "field"),
    [
        (["0.5"] * 11 + ["nan"], {}, "label"),
        (["0.5"] * 11 + ["inf"], {}, "label"),
        (["0.5"] * 11 + ["1e300"], {}, "label"),
        (["0.5"] * 11 + ["good"], {}, "label"),
        (["a", "b"] * 5 + ["a", ""], {}, "label"),
        (["a", "b"] * 5 + ["a", "nan"], {}, "label"),
        (["0.5"] * 12, {"": ["0"] * 12}, "header"),
        (["0.5"] * 12, {"age (years)": ["40"] * 12}, "header"),
        (["0.5"] * 12, {"label_sd": ["1"] * 11 + ["x"]}, "label_sd"),
        (["0.5"] * 12, {"label_sd": ["1"] * 11 + ["-1"]}, "target_sd"),
        (["0.5"] * 12, {"split": ["train"] * 11 + ["later"]}, "split"),
        (["0.5"] * 12, {"id": ["i"] * 12}, "ids"),
        (["0.5"] * 12, {"id": [f"i{row}" for row in range(11)] + [" "]}, "id"),
        (["0.5"] * 12, {"group": ["g"] * 11 + [""]}, "group"),
        (["1", "2"] * 5 + ["1", "9" * 5000], {}, "label"),
        (["a"] * 12, {}, "label"),
        (["0.5"] * 12, {"image": ["absent.png"] * 12}, "image"),
        (["0.5"] * 12, {"image": ["x" * 5000] * 12}, "image"),
        (["0.5"] * 12, {"audio": ["../labels.csv"] * 12}, "audio"),
        (["0.5"] * 12, {"audio": [""] * 12}, "audio"),
    ],
)
def test_labels_that_are_refused(cells, column, field, tmp_path):
    assert refusal(labels(tmp_path, cells, column=column)).field == field


@pytest.mark.parametrize("cell", ["nan", "NaN", "", " ", "NA", "n/a", "<NA>", "None", "inf", "-inf", "1e300"])
def test_nan_in_a_table_is_treated_as_in_an_array(cell, tmp_path):
    (tmp_path / "table").mkdir()
    (tmp_path / "array").mkdir()
    values = features(1, 12, 3).astype(np.float64)
    lines = ["id,a,b,c", *(f"i{row},{','.join(map(repr, map(float, v)))}" for row, v in enumerate(values))]
    lines[3] = f"i2,{float(values[2, 0])!r},{cell},{float(values[2, 2])!r}"
    values[2, 1] = float(cell) if cell in ("inf", "-inf", "1e300") else np.nan
    for name in ("table", "array"):
        labels(tmp_path / name, ["0.5"] * 12)
    (tmp_path / "table" / "face.csv").write_text("\n".join(lines))
    np.save(tmp_path / "array" / "face.npy", values)
    for name, place in {"table": "column 'b' in line 4 of face.csv", "array": "'i2', column 2"}.items():
        error = refusal(tmp_path / name)
        assert error.field == "modalities/face"
        assert error.found == f"NaN or infinity in 1 place(s), the first in {place}"
    found, expected = (readers.read(tmp_path / name, nan="zero") for name in ("table", "array"))
    assert found.sha256 == expected.sha256
    assert found.meta["source"]["replaced"] == expected.meta["source"]["replaced"] == {"face": 1}
    assert found.modalities["face"][2, 1] == 0


def test_without_a_split_too_few_rows_are_refused(tmp_path):
    error = refusal(labels(tmp_path, ["0.5"] * 9, words=None))
    assert (error.field, error.found) == ("split", "9")


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("id,f0\nclip-0é,1\nclip-0é,2\n", "2 ids, 1 of them different"),
        ("id,f0\nclip-9,1\n", "clip-9"),
        ("name,f0\nclip-0é,1\n", "name, f0"),
        ("id\nclip-0é\n", "id and 1 rows"),
        ("id,f0\n", "0 rows"),
        ("id,f0\nclip-0é,1_0\n", "'1_0'"),
        ("id,f0\nclip-0é,x\n", "'x'"),
        ("id,f0\nclip-0é\n", "1 in line 2"),
    ],
)
def test_tables_of_features_that_are_refused(table, found, folder):
    (folder / "words.csv").write_text(table, encoding="utf-8")
    error = refusal(folder)
    assert error.file == str(folder / "words.csv")
    assert found in error.found


def test_a_file_of_the_package_that_declares_too_much_is_refused(tmp_path):
    path = rows.make().to_hdf5(tmp_path / "rows.h5")
    with h5py.File(path, "r+") as content:
        huge = content.create_dataset("huge", shape=(2**25,), dtype="f4", chunks=(1024,))
        huge.attrs["dtype"] = "<f4"
    assert refusal(path).field == "huge"


def test_what_the_package_wrote_is_given_back_as_it_was(tmp_path):
    data = rows.make()
    path = data.to_hdf5(tmp_path / "rows.h5")
    found = readers.read(path)
    assert isinstance(found, MultimodalDataset)
    assert (found.sha256, found.name) == (data.sha256, "rows")
    assert found.meta["source"] == data.meta["source"]
    (tmp_path / "folder").mkdir()
    own = readers.read(own_npz.write(tmp_path / "folder"))
    assert readers.read(own.to_hdf5(tmp_path / "own.h5")).meta["source"] == own.meta["source"]
