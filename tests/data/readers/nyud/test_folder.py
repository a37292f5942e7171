"""The indexed folder of NYU Depth V2: rows, pictures, and what is refused."""

import shutil

import numpy as np
import pytest

from euar.data import DataError
from euar.data.readers.nyud import folder as nyud
from tests.data.readers.writers.nyud import folder as writer
from tests.data.readers.writers.nyud._rows import CLASSES, SPLIT
from tests.data.refused import refused

# Of kitchen (runs 1-2 and 4) and others (7 and 9), the run whose name has the smaller SHA-256 is held out.
HELD_OUT = ["4", "9"]
# name: (train and valid, test), from the table of the protocol
OFFICIAL = {
    "bathroom": (63, 58),
    "bedroom": (192, 191),
    "bookstore": (25, 11),
    "classroom": (26, 23),
    "dining_room": (62, 55),
    "home_office": (26, 24),
    "kitchen": (119, 106),
    "living_room": (114, 107),
    "office": (40, 38),
    "others": (128, 41),
}


def read(path):
    return nyud.read(path).dataset(nyud.NAME, path, "refuse")


def test_rows_classes_and_pointers(tmp_path):
    path = writer.write(tmp_path)
    assert nyud.matches(path)
    data = read(path)
    assert data.ids.tolist() == [str(number) for number in range(1, 11)]
    assert [data.meta["classes"][label] for label in data.target] == list(CLASSES)
    assert data.target.dtype == np.int64
    assert np.where(data.split == "valid", "train", data.split).tolist() == list(SPLIT)
    assert data.ids[data.split == "valid"].tolist() == HELD_OUT
    assert data.groups[:5].tolist() == ["kitchen-1", "kitchen-1", "kitchen-3", "kitchen-4", "bedroom-5"]
    assert data.meta["raw_kinds"] == {"rgb": "image", "depth": "depth"}
    assert data.meta["raw"]["rgb"][9] == "rgb256/0010.jpg"
    assert data.meta["raw"]["depth"][9] == "depth256/0010.png"
    assert data.meta["source"]["held_out"] == 2
    assert len(data.meta["source"]["files"]) == 21


def test_the_list_itself_may_be_named(tmp_path):
    path = writer.write(tmp_path)
    assert nyud.matches(path / "nyud2.csv")
    assert read(path / "nyud2.csv").sha256 == read(path).sha256


def test_other_lists_do_not_match(tmp_path):
    (tmp_path / "nyud2.csv").write_text("id,split,label\n")
    assert not nyud.matches(tmp_path)
    assert not nyud.matches(tmp_path / "absent")


@pytest.mark.parametrize(
    ("old", "new", "field", "found"),
    [
        ("\n7,train", "\n7.0,train", "id", "'7.0' in line 8"),
        ("\n7,train", "\n07,train", "id", "'07' in line 8"),
        ("\n7,train", "\n8,train", "ids", "'8' 2 times"),
        ("\n7,train", "\n7,valid", "split", "'valid' in line 8"),
        ("study,others", "nan,others", "scene27", "'nan' in line 8"),
        ("study,others", "study,office", "class10", "'office' in line 8"),
        ("rgb256/0007.jpg", "../rgb256/0007.jpg", "rgb", "'../rgb256/0007.jpg' in line 8"),
        ("rgb256/0007.jpg", "/rgb256/0007.jpg", "rgb", "'/rgb256/0007.jpg' in line 8"),
        ("rgb256/0007.jpg", "rgb256/0007.jpg#left", "rgb", "in line 8"),
        ("depth256/0007.png", "/depth256/0007.png", "depth", "'/depth256/0007.png' in line 8"),
        ("depth256/0007.png", "depth256/0077.png", "picture", "No such file"),
        (
            "depth256/0007.png",
            "depth256/0008.png",
            "pictures",
            "none for depth256/0007.png (1 without a row)",
        ),
        (
            "10,train,bookstore,bookstore,rgb256/0010.jpg,depth256/0010.png\n",
            "",
            "pictures",
            "none for depth256/0010.png (2 without a row)",
        ),
    ],
)
def test_what_is_refused(old, new, field, found, tmp_path):
    path = writer.write(tmp_path)
    file = path / "nyud2.csv"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with refused(field, found):
        read(path)


def test_a_cut_picture_is_named(tmp_path):
    path = writer.write(tmp_path)
    picture = path / "depth256/0003.png"
    picture.write_bytes(picture.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"0003.png: picture: .* the picture is cut off"):
        read(path)


def test_a_lost_folder_is_named(tmp_path):
    path = writer.write(tmp_path)
    shutil.rmtree(path / "depth256")
    with pytest.raises(DataError, match=r"depth256/0001.png: picture: expected a readable file"):
        read(path)


def test_counts_of_the_real_set(real):
    data = read(real("nyud"))
    test = np.bincount(data.target[data.split == "test"]).tolist()
    rest = np.bincount(data.target[data.split != "test"]).tolist()
    assert dict(zip(data.meta["classes"], zip(rest, test, strict=True), strict=True)) == OFFICIAL
    assert data.meta["source"]["counts"] == {"train": 657, "valid": 138, "test": 654}
    held_out = np.bincount(data.target[data.split == "valid"], minlength=10)
    enough = held_out >= 0.15 * np.array(rest)
    assert [data.meta["classes"][label] for label in np.flatnonzero(~enough)] == ["bookstore"]  # one scene


def test_pictures_in_a_folder_that_no_row_names_are_refused(tmp_path):
    path = writer.write(tmp_path)
    (path / "val").mkdir()
    shutil.copy(path / "rgb256" / "0001.jpg", path / "val" / "0001.JPG")
    with pytest.raises(DataError, match=r"found none for val/0001.JPG \(1 without a row\)"):
        read(path)
