"""Picture files that are whole, cut, of another format, absent, or in no list."""

import time

import pytest

from euar.data import DataError
from euar.data.readers import picture_files
from tests.data.readers.writers._pictures import pixels, save

NAMES = ("a.jpg", "a.png")


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_picture_passes(name, tmp_path):
    picture_files.check_whole([save(tmp_path / name, pixels(1, (8, 9, 3)))])


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_picture_is_named(name, tmp_path):
    path = save(tmp_path / name, pixels(1, (8, 9, 3)))
    whole = path.read_bytes()
    good = save(tmp_path / "b.png", pixels(2, (8, 9, 3)))
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError) as caught:
            picture_files.check_whole([good, path])
        assert caught.value.file == str(path)
    assert "the picture is cut off" in caught.value.found


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"GIF89a and more")
    with pytest.raises(DataError, match="expected a JPEG or PNG file, found a file with b'GIF89a"):
        picture_files.check_whole([path])


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.png"):
        with pytest.raises(DataError, match="expected a readable file"):
            picture_files.check_whole([path])


def test_pictures_without_a_row_are_refused(tmp_path):
    for name in ("a.jpg", "b.JPG", "c.png"):
        save(tmp_path / name, pixels(1, (8, 9, 3)))
    (tmp_path / "notes.txt").touch()
    picture_files.check_listed(
        tmp_path, [tmp_path / name for name in ("a.jpg", "b.JPG", "c.png", "absent.jpg")]
    )
    with pytest.raises(DataError, match=r"found none for b.JPG \(2 without a row\)"):
        picture_files.check_listed(tmp_path, [tmp_path / "a.jpg"])


def test_pictures_are_found_below_whatever_their_suffix(tmp_path):
    names = ["a.JPG", "b.Jpeg", "c.heic", "inner/c.PNG", "inner/d.webp", "inner/deep/e.tiff", "linked/x.png"]
    for name in [*names, "inner/f.txt", ".g.png", "inner/.h.jpg"]:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    (tmp_path / "linked").rename(tmp_path / "real")
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    (tmp_path / "inner" / "loop").symlink_to(tmp_path)
    found = picture_files.below(tmp_path)
    assert [file.name for file in found if file.parent.name in ("linked", "real")] == ["x.png"]
    assert [file for file in found if file.name != "x.png"] == sorted(tmp_path / name for name in names[:-1])


def test_links_to_folders_elsewhere_are_refused_before_they_are_walked(tmp_path):
    start = time.process_time()
    (tmp_path / "root").symlink_to("/")
    with pytest.raises(DataError, match="a path that leads out of the folder"):
        picture_files.below(tmp_path)
    assert time.process_time() - start < 2


def test_a_name_may_have_any_suffix_but_one_alone(tmp_path):
    for name in ("1.JPG", "2.jpeg", "inner/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert picture_files.by_name(tmp_path) == {"1": tmp_path / "1.JPG", "2": tmp_path / "2.jpeg"}
    (tmp_path / "1.jpg").touch()
    with pytest.raises(DataError, match=r"expected one 1, found 1\.\w+ too"):
        picture_files.by_name(tmp_path)


def test_a_list_needs_its_folder(tmp_path):
    with pytest.raises(DataError, match="expected a folder of pictures"):
        picture_files.check_listed(tmp_path / "absent", [])


def test_a_picture_that_many_rows_name_is_looked_at_once(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(picture_files.pictures, "check_whole", looked.append)
    picture_files.check_whole([tmp_path / "a.png", tmp_path / "b.png"] * 1000)
    assert looked == [tmp_path / "a.png", tmp_path / "b.png"]
