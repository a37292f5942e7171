"""Side-by-side pictures of NYU Depth V2: rows, halves, and what is refused."""

import numpy as np
import pytest

from euar.data import DataError
from euar.data.readers.nyud import pairs as nyud_pairs
from tests.data.readers.writers.nyud import pairs as writer
from tests.data.readers.writers.nyud._rows import ROWS


def read(path):
    return nyud_pairs.read(path).dataset(nyud_pairs.NAME, path, "refuse")


def test_rows_classes_and_halves(tmp_path):
    path = writer.write(tmp_path)
    assert nyud_pairs.matches(path)
    data = read(path)
    assert data.meta["raw_kinds"] == {"rgb": "image", "depth": "image"}
    assert sorted(data.ids.tolist(), key=int) == [str(number) for number, *_ in ROWS]
    for number, _, label, word in ROWS:
        row = data.ids.tolist().index(str(number))
        pointer = f"nyud2_trainvaltest/{word}/{label}/{number:04d}.png"
        assert data.meta["classes"][data.target[row]] == label
        assert data.split[row] in ({"train", "valid"} if word == "train" else {"test"})
        assert data.meta["raw"]["rgb"][row] == f"{pointer}#left"
        assert data.meta["raw"]["depth"][row] == f"{pointer}#right"
    groups = dict(zip(data.ids.tolist(), data.groups.tolist(), strict=True))
    assert [groups[name] for name in "1234"] == ["kitchen-1", "kitchen-1", "kitchen-3", "kitchen-4"]
    assert groups["7"] != groups["9"]  # 8 is a test picture
    assert np.sum(data.split == "valid") == 2


def test_the_inner_folder_may_be_named(tmp_path):
    path = writer.write(tmp_path) / "nyud2_trainvaltest"
    assert nyud_pairs.matches(path)
    data = read(path)
    assert data.sha256 != read(tmp_path).sha256  # its pointers begin inside
    assert data.meta["raw"]["rgb"][0].startswith("test/bedroom/")


def test_other_folders_do_not_match(tmp_path):
    for name in ("train/cats", "test/cats", "train/kitchen"):
        (tmp_path / name).mkdir(parents=True)
    assert not nyud_pairs.matches(tmp_path)
    assert not nyud_pairs.matches(tmp_path / "absent")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("train/kitchen/0001.png", "train/castle/0001.png", "castle"),
        ("train/kitchen/0001.png", "train/kitchen/first.png", "first.png"),
        ("train/kitchen/0001.png", "train/kitchen/a#1.png", "a#1.png"),
        ("train/kitchen/0001.png", "train/kitchen/00005.png", "'5' 2 times"),
        ("train/kitchen/0001.png", "val/kitchen/0001.png", "val/kitchen/0001.png"),
        ("train/kitchen/0001.png", "train/0001.png", "train/0001.png"),
        ("train/kitchen/0001.png", "train/kitchen/more/0001.PNG", "train/kitchen/more/0001.PNG"),
        ("train/kitchen/0001.png", "train/kitchen/0005.JPG", "'5' 2 times"),
    ],
)
def test_names_that_are_refused(old, new, found, tmp_path):
    path = writer.write(tmp_path)
    root = path / "nyud2_trainvaltest"
    (root / new).parent.mkdir(exist_ok=True, parents=True)
    (root / old).rename(root / new)
    with pytest.raises(DataError) as caught:
        read(path)
    assert found in caught.value.found
    assert all(caught.value.args)


@pytest.mark.parametrize("suffix", [".PNG", ".jpg", ".JPEG"])
def test_the_suffix_may_be_another(suffix, tmp_path):
    path = writer.write(tmp_path)
    picture = path / "nyud2_trainvaltest/train/kitchen/0001.png"
    data = read(path)
    picture.rename(picture.with_suffix(suffix))
    found = read(path)
    assert found.ids.tolist() == data.ids.tolist()
    pointer = found.meta["raw"]["rgb"][found.ids.tolist().index("1")]
    assert pointer == f"nyud2_trainvaltest/train/kitchen/0001{suffix}#left"


def test_a_cut_picture_is_named(tmp_path):
    path = writer.write(tmp_path)
    picture = path / "nyud2_trainvaltest/test/kitchen/0003.png"
    picture.write_bytes(picture.read_bytes()[:60])
    with pytest.raises(DataError, match=r"0003.png: picture: .* the picture is cut off"):
        read(path)


def test_folders_without_pictures_are_refused(tmp_path):
    for word in ("train", "test"):
        (tmp_path / word / "kitchen").mkdir(parents=True)
    with pytest.raises(DataError, match="expected at least one row"):
        read(tmp_path)
