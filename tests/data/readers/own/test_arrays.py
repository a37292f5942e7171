"""Arrays of users' own data that are refused: other shapes and types than declared, and bombs."""

import io
import math
import shutil
import zipfile

import h5py
import numpy as np
import pytest

from euar.data import readers
from tests.data.readers.own.refused import labels, refusal
from tests.data.readers.writers.own import folder as own_folder
from tests.data.readers.writers.own import hdf5 as own_hdf5
from tests.data.readers.writers.own._rows import IDS, features


@pytest.fixture
def folder(tmp_path):
    return own_folder.write(tmp_path)


@pytest.mark.parametrize(
    "values",
    [
        features(0, 7, 2),
        features(0, 8),
        np.float32(1),
        np.full((8, 2), "x"),
        np.full((8, 2), None),
        np.full((8, 2), True),
        np.full((8, 2), 1j),
        np.full((8, 2), np.nan),
        np.full((8, 2), 2**24 + 1),
        features(0, 8, 3).view(">f4"),
        features(0, 8, 3).view("i4"),
        features(0, 8, 3).astype(int).view("f8"),
        np.zeros((8, 0)),
        np.zeros((8, 0, 2)),
        features(0, 8, 2, 2, 2),
    ],
    ids=lambda values: f"{values.dtype} {values.shape}",
)
def test_arrays_that_are_refused(values, folder):
    np.save(folder / "sound.npy", values)
    refusal(folder)


@pytest.mark.parametrize(
    "lengths",
    [
        np.full(12, 5),
        np.full(12, -1),
        np.full(12, 2.0),
        np.full(11, 2),
        np.full((12, 1), 2),
        np.full(12, 2**64 - 1, dtype=np.uint64),
    ],
)
def test_lengths_that_are_refused(lengths, tmp_path):
    labels(tmp_path, ["0.5"] * 12)
    np.savez(tmp_path / "views.npz", voice=features(0, 12, 4, 2), voice_lengths=lengths)
    refusal(tmp_path)


@pytest.mark.parametrize("names", [("id",), ("values", "other"), ("id", "values", "other"), ()])
def test_names_of_arrays_that_are_refused(names, folder):
    np.savez(
        folder / "motion.npz",
        **{name: np.array(IDS) if name == "id" else features(0, 8, 2) for name in names},
    )
    assert refusal(folder).file == str(folder / "motion.npz")


def test_pointers_must_stay_in_the_folder(tmp_path):
    pointer = f"../{tmp_path.name}/labels.csv"
    assert refusal(labels(tmp_path, ["0.5"] * 12, column={"audio": [pointer] * 12})).field == "audio"


def test_labels_alone_are_refused(tmp_path):
    labels(tmp_path, ["0.5"] * 12)
    (tmp_path / "noise.npy").unlink()
    assert refusal(tmp_path).field == "modalities"


def test_a_modality_in_two_files_is_refused(folder):
    shutil.copy(folder / "sound.npy", folder / "gaze.npy")
    assert refusal(folder).field == "gaze"


def header(shape, descr="<f4") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


@pytest.mark.parametrize("shape", [(10**12, 2), (8, 10**12), (8, 3), (8,)])
def test_an_npy_file_must_hold_what_it_declares(shape, folder):
    (folder / "sound.npy").write_bytes(header(shape) + bytes(64))
    error = refusal(folder)
    assert error.file == str(folder / "sound.npy")
    assert (error.expected, error.found) == (f"{4 * math.prod(shape)} bytes for float32 {shape}", "64 bytes")


def test_an_npy_file_with_a_shape_below_zero_is_refused(folder):
    (folder / "sound.npy").write_bytes(header((-8, -2)) + bytes(64))
    assert refusal(folder).file == str(folder / "sound.npy")


def npz(path, **members):
    """Write an NPZ file of arrays under the names of its members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, values in members.items():
            with archive.open(name, "w") as member:
                np.save(member, values)


def test_two_spellings_of_one_array_are_refused(folder):
    npz(folder / "views.npz", **{"face.npy": features(5, 8, 2), "face": features(6, 8, 2)})
    error = refusal(folder)
    assert (error.expected, error.found) == ("each array once", "a name twice")


def test_what_macos_puts_beside_arrays_is_passed_over(folder):
    npz(folder / "views.npz", **{"face.npy": features(5, 8, 2)})
    expected = readers.read(folder).sha256
    with zipfile.ZipFile(folder / "views.npz", "a") as archive:
        archive.writestr("__MACOSX/._face.npy", b"\0\5\x16\7")
    assert readers.read(folder).sha256 == expected


def test_an_error_of_numpy_is_one_line_and_advises_no_trust(folder):
    (folder / "sound.npy").write_bytes(b"\x93NUMPY\1\0" + (60_000).to_bytes(2, "little") + b"(" * 60_000)
    error = refusal(folder)
    assert "Header info length (60000) is large" in error.found
    assert "trust" not in str(error)


def test_a_zip_bomb_is_refused_before_it_unfolds(folder):
    path = folder / "motion.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("values.npy", "w", force_zip64=True) as stream,
    ):
        stream.write(header((8, 10**7)))
        for _ in range(320):
            stream.write(bytes(10**6))
    error = refusal(folder)
    assert error.file == str(path)
    assert "bytes of arrays" in error.expected


def test_a_dataset_that_declares_too_much_is_refused(tmp_path):
    path = own_hdf5.write(tmp_path)
    with h5py.File(path, "r+") as content:
        content.create_dataset("views/huge", shape=(8, 10**11), dtype="f4", chunks=(1, 1024))
    assert "shape (8, 100000000000) in 0 bytes" in refusal(path).found


@pytest.mark.parametrize("name", ["words.tsv", "face.pt", "voice.PKL", "face.parquet", "face.npy.gz"])
def test_features_in_a_format_that_is_not_read_are_refused(name, folder):
    (folder / name).write_bytes(b"something")
    error = refusal(folder)
    assert (error.field, error.found) == ("format", name)


def test_arrays_elsewhere_in_an_hdf5_file_are_refused(tmp_path):
    path = own_hdf5.write(tmp_path)
    with h5py.File(path, "r+") as content:
        content["view/face"] = features(1, 8, 3)
    error = refusal(path)
    assert (error.field, error.found) == ("arrays", "'view/face'")


@pytest.mark.parametrize(
    "place", ["pictures/8.PNG", "val/0.png", "val/inner/8.png", "val/0.JPEG", "pictures/8.webp", "new/a.HEIC"]
)
def test_pictures_without_a_row_are_counted(place, folder):
    assert "dropped" not in readers.read(folder).meta["source"]
    for name in (place, "pictures/notes.txt", "val/.hidden.png", ".git/0.png"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(folder / "pictures" / "0.png", folder / name)
    assert readers.read(folder).meta["source"]["dropped"] == {"files_without_a_row": 1}


@pytest.mark.parametrize("suffix", [".PNG", ".jpg", ".JPEG"])
def test_pictures_may_have_any_suffix(suffix, folder):
    table = (folder / "labels.csv").read_text(encoding="utf-8")
    (folder / "pictures" / "3.png").rename(folder / "pictures" / f"3{suffix}")
    (folder / "labels.csv").write_text(table.replace("3.png", f"3{suffix}"), encoding="utf-8")
    assert readers.read(folder).meta["raw"]["image"][3] == f"pictures/3{suffix}"


def test_views_may_have_their_suffix_in_capitals(folder):
    np.savez(folder / "views.npz", face=features(5, 8, 2), voice=features(6, 8, 2))
    expected = readers.read(folder).sha256
    (folder / "views.npz").rename(folder / "views.NPZ")
    assert readers.read(folder).sha256 == expected


def test_sounds_without_a_row_are_counted(tmp_path):
    names = [f"{row}.wav" for row in range(12)]
    for name in [*names, "b.WAV", "c.mp3", "notes.txt"]:
        (tmp_path / name).touch()
    labels(tmp_path, ["good", "bad"] * 6, column={"audio": names})
    assert readers.read(tmp_path).meta["source"]["dropped"] == {"files_without_a_row": 2}


def test_hdf5_may_be_spelt_out(folder):
    expected = readers.read(folder).sha256
    (folder / "gaze.h5").rename(folder / "gaze.HDF5")
    assert readers.read(folder).sha256 == expected
