"""Picture files that are whole, cut, of another format, absent, or in no list."""

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
    picture_files.check_listed(tmp_path, ["a.jpg", "b.JPG", "c.png", "absent.jpg"])
    with pytest.raises(DataError, match=r"found none for b.JPG \(2 without a row\)"):
        picture_files.check_listed(tmp_path, ["a.jpg"])


def test_a_list_needs_its_folder(tmp_path):
    with pytest.raises(DataError, match="expected a folder of pictures"):
        picture_files.check_listed(tmp_path / "absent", [])
