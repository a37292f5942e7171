"""The published MATLAB file of NYU Depth V2: rows, scenes, splits, laziness, and what is refused."""

import time
import zlib

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from euar.data import DataError
from euar.data.readers.nyud import mat as nyud_mat
from tests.data.readers.writers.nyud import mat as writer
from tests.data.readers.writers.nyud._rows import CLASSES, ROWS, SPLIT, TYPES


def read(path):
    return nyud_mat.read(path).dataset(nyud_mat.NAME, path, "refuse")


def replaced(folder, name, **how):
    """Write the file with another dataset of this name, or without any."""
    path = writer.write(folder)
    with h5py.File(path, "r+") as file:
        del file[name]
        if how:
            file.create_dataset(name, **how)
    return path


def refusal(path):
    with pytest.raises(DataError) as caught:
        read(path)
    assert all(caught.value.args)
    return caught.value


def test_rows_classes_scenes_and_pointers(tmp_path):
    path = writer.write(tmp_path)
    assert nyud_mat.matches(path)
    data = read(path)
    assert data.ids.tolist() == [str(number) for number, *_ in ROWS]
    assert [data.meta["classes"][label] for label in data.target] == list(CLASSES)
    assert data.groups.tolist() == list(writer.SCENES)
    assert np.where(data.split == "valid", "train", data.split).tolist() == list(SPLIT)
    assert data.meta["source"]["counts"] == {"train": 5, "valid": 2, "test": 3}
    assert data.meta["raw_kinds"] == {"rgb": "image", "depth": "depth"}
    assert data.meta["raw"]["rgb"][7] == "nyu_depth_v2_labeled.mat#images/7"
    assert data.meta["raw"]["depth"][7] == "nyu_depth_v2_labeled.mat#depths/7"
    names = [file["name"] for file in data.meta["source"]["files"]]
    assert names == ["nyu_depth_v2_labeled.mat", "splits.mat"]


def test_the_folder_may_be_named(tmp_path):
    path = writer.write(tmp_path)
    assert nyud_mat.matches(tmp_path)
    assert read(tmp_path).sha256 == read(path).sha256


def test_without_scenes_runs_stand_for_them(tmp_path):
    data = read(replaced(tmp_path, "scenes"))
    assert data.groups[:4].tolist() == ["kitchen-1", "kitchen-1", "kitchen-3", "kitchen-4"]


def test_other_files_do_not_match(tmp_path):
    text = tmp_path / "nyu_depth_v2_labeled.mat"
    text.write_text("no HDF5")
    with h5py.File(tmp_path / "other.h5", "w"):
        pass
    for path in (text, tmp_path, tmp_path / "other.h5", tmp_path / "absent.mat"):
        assert not nyud_mat.matches(path)


def test_pixels_are_not_read(tmp_path):
    rows = 1449
    writer.write_splits(tmp_path / "splits.mat", ("train",) * 795 + ("test",) * 654)
    path = tmp_path / "nyu_depth_v2_labeled.mat"
    with h5py.File(path, "w") as file:
        # 4.9 GB by their shapes; each row is the same packed zeros.
        for name, shape, dtype in (("images", (3, 640, 480), "uint8"), ("depths", (640, 480), "float64")):
            item = file.create_dataset(name, (rows, *shape), dtype, chunks=(1, *shape), compression=9)
            packed = zlib.compress(np.zeros(shape, dtype).tobytes(), 9)
            for row in range(rows):
                item.id.write_direct_chunk((row, *(0 for _ in shape)), packed)
        writer.write_cells(file, "sceneTypes", ("kitchen", "study") * 724 + ("office",))
    start = time.process_time()
    data = read(path)
    assert len(data) == rows
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("name", "how", "found"),
    [
        ("images", {"data": np.zeros((10, 3, 12, 9), dtype=np.float32)}, "float32 of shape"),
        ("images", {"data": np.zeros((9, 3, 12, 9), dtype=np.uint8)}, "shape (9, 3, 12, 9)"),
        ("images", {"data": np.zeros((10, 12, 9), dtype=np.uint8)}, "shape (10, 12, 9)"),
        ("images", {"shape": (10, 3, 10**6, 10**6), "dtype": "uint8", "chunks": (1, 1, 9, 9)}, "1000000"),
        ("depths", {"data": np.zeros((10, 9, 12), dtype=np.float32)}, "shape (10, 9, 12)"),
        ("depths", {"data": np.zeros((10, 12, 9), dtype=np.int32)}, "int32"),
        ("sceneTypes", {"data": np.arange(10)}, "int64"),
        ("sceneTypes", {"shape": (1, 10**9), "dtype": h5py.ref_dtype, "chunks": (1, 100)}, "1000000000"),
        ("sceneTypes", {"shape": (1, 10), "dtype": h5py.ref_dtype}, "Invalid HDF5 object reference"),
        ("#refs#/sceneTypes4", {"data": np.arange(7.0)}, "float64 of shape (7,)"),
    ],
)
def test_arrays_that_are_refused(name, how, found, tmp_path):
    path = replaced(tmp_path, name, **how)
    assert nyud_mat.matches(path)
    assert found in refusal(path).found


@pytest.mark.parametrize("name", ["images", "depths", "sceneTypes"])
def test_an_absent_array_is_named(name, tmp_path):
    assert name in refusal(replaced(tmp_path, name)).found


@pytest.mark.parametrize(
    ("strings", "field", "found"),
    [
        (("castle", *TYPES[1:]), "sceneTypes", "'castle' in row 1"),
        (("", *TYPES[1:]), "sceneTypes", "uint16 of shape"),
        (("x" * 201, *TYPES[1:]), "sceneTypes", "uint16 of shape (201, 1)"),
        (TYPES[1:], "images", "shape (10, 3, 12, 9)"),
    ],
)
def test_types_that_are_refused(strings, field, found, tmp_path):
    path = writer.write(tmp_path)
    with h5py.File(path, "r+") as file:
        del file["sceneTypes"], file["scenes"], file["#refs#"]
        for row, string in enumerate(strings):
            letters = np.array([ord(letter) for letter in string], dtype=np.uint16).reshape(-1, 1)
            file.create_dataset(f"#refs#/{row}", data=letters)
        cells = file.create_dataset("sceneTypes", (1, len(strings)), dtype=h5py.ref_dtype)
        for row in range(len(strings)):
            cells[0, row] = file[f"#refs#/{row}"].ref
    error = refusal(path)
    assert error.field == field
    assert found in error.found


def test_scenes_must_fit_the_rows(tmp_path):
    path = writer.write(tmp_path)
    with h5py.File(path, "r+") as file:
        del file["scenes"], file["#refs#/scenes0"]
        file.create_dataset("scenes", data=file["sceneTypes"][:, :4])
    error = refusal(path)
    assert (error.field, error.found) == ("scenes", "4")


def test_a_cut_file_is_refused(tmp_path):
    path = writer.write(tmp_path)
    whole = path.read_bytes()
    for size in (600, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert refusal(path).file == str(path)


def test_letters_may_have_the_other_byte_order(tmp_path):
    path = writer.write(tmp_path)
    before = read(path).sha256
    with h5py.File(path, "r+") as file:
        letters = file["#refs#/sceneTypes0"][()].astype(">u2")
        del file["#refs#/sceneTypes0"]
        file.create_dataset("#refs#/sceneTypes0", data=letters)
        file["sceneTypes"][0, 0] = file["#refs#/sceneTypes0"].ref
    assert read(path).sha256 == before


NUMBERS = np.arange(1, 11)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"trainNdxs": NUMBERS[:6], "testNdxs": NUMBERS[5:]}, "6 of train and 5 of test"),
        ({"trainNdxs": NUMBERS[:5], "testNdxs": NUMBERS[6:]}, "5 of train and 4 of test"),
        ({"trainNdxs": NUMBERS[:5] - 1, "testNdxs": NUMBERS[5:] - 1}, "5 of train and 5 of test"),
        ({"trainNdxs": NUMBERS[:5] + 0.5, "testNdxs": NUMBERS[5:]}, "5 of train and 5 of test"),
        ({"trainNdxs": np.full(5, np.nan), "testNdxs": NUMBERS[5:]}, "5 of train and 5 of test"),
        ({"trainNdxs": NUMBERS[:5]}, "KeyError: 'testNdxs'"),
        ({"trainNdxs": "1 to 5", "testNdxs": NUMBERS[5:]}, "something else than numbers"),
        ({"trainNdxs": NUMBERS[:5], "testNdxs": NUMBERS[5:], "z": np.zeros(10_000)}, "bytes"),
    ],
)
def test_splits_that_are_refused(content, found, tmp_path):
    path = writer.write(tmp_path)
    savemat(tmp_path / "splits.mat", content)
    error = refusal(path)
    assert error.file == str(tmp_path / "splits.mat")
    assert found in error.found


def test_a_cut_or_absent_split_file_is_refused(tmp_path):
    path = writer.write(tmp_path)
    splits = tmp_path / "splits.mat"
    whole = splits.read_bytes()
    for size in range(0, len(whole), 9):
        splits.write_bytes(whole[:size])
        assert refusal(path).file == str(splits)
    splits.unlink()
    assert "No such file" in refusal(path).found


def test_numbers_of_splits_may_be_stored_as_doubles(tmp_path):
    path = writer.write(tmp_path)
    before = read(path).sha256
    words = np.array(SPLIT)
    savemat(tmp_path / "splits.mat", {f"{word}Ndxs": 1.0 * NUMBERS[words == word] for word in set(SPLIT)})
    assert read(path).sha256 == before


def test_the_splits_of_the_real_set(real):
    words = nyud_mat._split(real("nyud/splits.mat"), 1449)
    assert (words.count("train"), words.count("test")) == (795, 654)
    listed = [line.split(",")[1] for line in real("nyud/nyud2.csv").read_text().splitlines()[1:]]
    assert words == listed
