"""What pointers give: pictures, halves of pictures, entries of MATLAB arrays; and what cannot be read."""

import os

import h5py
import numpy as np
import pytest
from PIL import Image

from euar.data import DataError, MultimodalDataset, raw
from euar.data.readers.nyud import folder as nyud
from euar.data.readers.nyud import mat as nyud_mat
from euar.data.readers.nyud import pairs as nyud_pairs
from tests.data.readers.writers._pictures import pixels, save
from tests.data.readers.writers.nyud import folder as nyud_writer
from tests.data.readers.writers.nyud import mat as mat_writer
from tests.data.readers.writers.nyud import pairs as pairs_writer
from tests.data.readers.writers.nyud._rows import HEIGHT, WIDTH


def pointing(folder, pointer, kind="image"):
    """Return a set of one row whose modality "view" has this pointer."""
    return MultimodalDataset(
        name="one",
        modalities={},
        target=np.zeros(1),
        ids=["a"],
        split=["test"],
        meta={
            "raw": {"view": np.array([pointer])},
            "raw_kinds": {"view": kind},
            "source": {"path": str(folder)},
        },
    )


def read(reader, path):
    return reader.read(path).dataset(reader.NAME, path, "refuse")


def grey(values):
    return np.repeat(values[..., None], 3, axis=2)


def test_kinds_and_strings(tmp_path):
    data = read(nyud, nyud_writer.write(tmp_path))
    assert raw.kinds(data) == {"rgb": "image", "depth": "depth"}
    assert set(raw.kinds(data).values()) <= set(raw.KINDS)
    assert raw.strings(data, "depth")[2] == "depth256/0003.png"


def test_a_set_without_raw_content_has_no_kinds():
    data = MultimodalDataset("plain", {"x": np.ones((1, 2), dtype=np.float32)}, np.zeros(1), ["a"], ["test"])
    assert raw.kinds(data) == {}
    with pytest.raises(DataError, match="expected a set with raw content"):
        raw.strings(data, "x")


def test_an_unknown_modality_is_refused(tmp_path):
    with pytest.raises(DataError, match="raw/sound: expected one of view"):
        raw.image(pointing(tmp_path, "a.png"), "sound", 0)


def test_a_jpeg_comes_as_pillow_decodes_it(tmp_path):
    data = read(nyud, nyud_writer.write(tmp_path))
    found = raw.image(data, "rgb", 4)
    with Image.open(tmp_path / "rgb256/0005.jpg") as picture:
        expected = np.asarray(picture)
    assert found.dtype == np.uint8
    assert found.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(found, expected)
    assert np.abs(found.astype(int) - pixels(5, (HEIGHT, WIDTH, 3))).mean() < 60  # JPEG loses something


def test_a_depth_picture_comes_in_three_equal_channels(tmp_path):
    data = read(nyud, nyud_writer.write(tmp_path))
    assert np.array_equal(raw.image(data, "depth", 4), grey(pixels(105, (HEIGHT, WIDTH))))


def test_a_grey_picture_of_kind_image_comes_in_three_equal_channels(tmp_path):
    values = pixels(1, (8, 10))
    save(tmp_path / "a.png", values)
    assert np.array_equal(raw.image(pointing(tmp_path, "a.png"), "view", 0), grey(values))


def test_the_halves_of_a_picture(tmp_path):
    data = read(nyud_pairs, pairs_writer.write(tmp_path))
    row = data.ids.tolist().index("6")
    whole = pixels(6, (HEIGHT, 2 * WIDTH, 3))
    assert np.array_equal(raw.image(data, "rgb", row), whole[:, :WIDTH])
    assert np.array_equal(raw.image(data, "depth", row), whole[:, WIDTH:])


@pytest.mark.parametrize("kind", ["image", "depth"])
def test_the_right_half_of_an_odd_width_has_the_middle_column(kind, tmp_path):
    values = pixels(1, (8, 11))
    save(tmp_path / "a.png", values)
    assert np.array_equal(raw.image(pointing(tmp_path, "a.png#left", kind), "view", 0), grey(values[:, :5]))
    assert np.array_equal(raw.image(pointing(tmp_path, "a.png#right", kind), "view", 0), grey(values[:, 5:]))


def test_entries_of_the_matlab_file(tmp_path):
    data = read(nyud_mat, mat_writer.write(tmp_path))
    for row in (0, 9):
        assert np.array_equal(raw.image(data, "rgb", row), pixels(row + 1, (HEIGHT, WIDTH, 3)))
        assert np.array_equal(raw.image(data, "depth", row), grey(pixels(row + 101, (HEIGHT, WIDTH))))


def test_depth_beyond_ten_metres_is_white(tmp_path):
    path = mat_writer.write(tmp_path)
    data = read(nyud_mat, path)
    with h5py.File(path, "r+") as file:
        file["depths"][3] = 12.5
        file["depths"][3, 0, 1] = 4.0  # width 0, height 1
    expected = np.full((HEIGHT, WIDTH), 255, dtype=np.uint8)
    expected[1, 0] = 102
    assert np.array_equal(raw.image(data, "depth", 3), grey(expected))


def test_pointers_begin_in_the_folder_of_the_source(tmp_path):
    folder, file = tmp_path / "set", tmp_path / "set" / "list.csv"
    folder.mkdir()
    file.touch()
    expected = (folder / "a/b.mat", "images/3")
    assert raw.locate(pointing(folder, "a/b.mat#images/3"), "view", 0) == expected
    assert raw.locate(pointing(file, "a/b.mat#images/3"), "view", 0) == expected
    assert raw.locate(pointing(folder, "b.jpg"), "view", 0) == (folder / "b.jpg", "")


@pytest.mark.parametrize(("name", "after"), [("a.jpg", 2), ("a.png", 20)])
def test_a_picture_with_lost_pixels_is_refused(name, after, tmp_path):
    whole = save(tmp_path / name, pixels(1, (16, 16, 3))).read_bytes()
    data = pointing(tmp_path, name)
    for size in range(len(whole) - after):  # then come check sums and the end marker
        (tmp_path / name).write_bytes(whole[:size])
        with pytest.raises(DataError) as caught:
            raw.image(data, "view", 0)
        assert caught.value.file == str(tmp_path / name)
        assert all(caught.value.args)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("absent.png", "No such file"),
        ("a.png#middle", "no part 'middle' in a picture 10 pixels wide"),
        ("narrow.png#left", "no part 'left' in a picture 1 pixels wide"),
        ("deep.png", "more than 8 bits a channel"),
        ("text.png", "a file with b'no picture' first"),
        ("nyu_depth_v2_labeled.mat", "not enough values"),
        ("nyu_depth_v2_labeled.mat#images/first", "invalid literal"),
        ("nyu_depth_v2_labeled.mat#images/10", "out of range"),
        ("nyu_depth_v2_labeled.mat#pictures/1", "pictures"),
        ("nyu_depth_v2_labeled.mat##refs#/1", "a group, not numbers"),
        ("nyu_depth_v2_labeled.mat#depths/1", "float32 of shape (12, 9)"),
        ("broken.mat#images/1", "file signature not found"),
    ],
)
def test_what_cannot_be_read(pointer, found, tmp_path):
    mat_writer.write(tmp_path)
    save(tmp_path / "a.png", pixels(1, (8, 10, 3)))
    save(tmp_path / "narrow.png", pixels(1, (8, 1, 3)))
    save(tmp_path / "deep.png", np.full((8, 10), 40_000, dtype=np.uint16))
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "broken.mat").write_text("no MATLAB file")
    with pytest.raises(DataError) as caught:
        raw.image(pointing(tmp_path, pointer), "view", 0)
    assert caught.value.field == "raw/view"
    assert found in caught.value.found
    assert caught.value.file == str(tmp_path / pointer.partition("#")[0])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_depth_map_with_holes_is_refused(value, tmp_path):
    path = mat_writer.write(tmp_path)
    with h5py.File(path, "r+") as file:
        file["depths"][2, 3, 4] = value
    with pytest.raises(DataError, match="not finite metres"):
        raw.image(pointing(tmp_path, f"{path.name}#depths/2", "depth"), "view", 0)


def test_a_depth_kind_needs_a_map(tmp_path):
    path = mat_writer.write(tmp_path)
    with pytest.raises(DataError, match=r"shape \(3, 12, 9\)"):
        raw.image(pointing(tmp_path, f"{path.name}#images/2", "depth"), "view", 0)


def test_a_picture_too_large_to_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    save(tmp_path / "a.png", pixels(1, (8, 10, 3)))
    with pytest.raises(DataError, match="decompression bomb"):
        raw.image(pointing(tmp_path, "a.png"), "view", 0)


@pytest.mark.parametrize("kind", ["image", "depth", "audio"])
@pytest.mark.parametrize(
    "name", ["pipe", "device", "folder", "linked.png", "../out.png", "pipe.mat", "linked.mat"]
)
def test_pointers_to_no_file_of_the_folder_are_refused(name, kind, tmp_path):
    folder = tmp_path / "set"
    (folder / "folder").mkdir(parents=True)
    for pipe in ("pipe", "pipe.mat"):
        os.mkfifo(folder / pipe)
    (folder / "device").symlink_to("/dev/zero")
    for suffix in ("png", "mat"):
        save(tmp_path / "out.png", pixels(1, (8, 9, 3))).rename(tmp_path / f"out.{suffix}")
        (folder / f"linked.{suffix}").symlink_to(tmp_path / f"out.{suffix}")
    save(tmp_path / "out.png", pixels(1, (8, 9, 3)))
    for call in (raw.item, raw.content):
        with pytest.raises(DataError) as caught:
            call(pointing(folder, name, kind), "view", 0)
        assert caught.value.file == str(folder / name)


def test_a_link_inside_the_folder_is_followed(tmp_path):
    save(tmp_path / "a.png", pixels(1, (8, 9, 3)))
    (tmp_path / "b.png").symlink_to("a.png")
    assert np.array_equal(raw.image(pointing(tmp_path, "b.png"), "view", 0), pixels(1, (8, 9, 3)))


@pytest.mark.parametrize("shape", [(8, 600, 3), (600, 8, 3)])
def test_a_part_far_longer_than_wide_is_refused(shape, tmp_path):
    save(tmp_path / "a.png", pixels(1, shape))
    with pytest.raises(DataError, match="at most 64 times the other"):
        raw.image(pointing(tmp_path, "a.png"), "view", 0)
    save(tmp_path / "b.png", pixels(1, (200, 4, 3)))
    assert raw.image(pointing(tmp_path, "b.png"), "view", 0).shape == (200, 4, 3)
    with pytest.raises(DataError, match="2 x 200 pixels"):
        raw.image(pointing(tmp_path, "b.png#left"), "view", 0)


def test_the_content_of_a_turned_picture_differs_from_its_bytes(tmp_path):
    exif = Image.Exif()
    Image.fromarray(pixels(1, (8, 12, 3))).save(tmp_path / "plain.png")
    exif[0x0112] = 6
    Image.fromarray(pixels(1, (8, 12, 3))).save(tmp_path / "turned.png", exif=exif)
    plain, turned = (tmp_path / name for name in ("plain.png", "turned.png"))
    assert raw.image(pointing(tmp_path, "turned.png"), "view", 0).shape == (12, 8, 3)
    assert raw.content(pointing(tmp_path, "plain.png"), "view", 0) == b"\0" + plain.read_bytes()
    assert raw.content(pointing(tmp_path, "turned.png"), "view", 0) == b"\0upright\0" + turned.read_bytes()
    depth = raw.content(pointing(tmp_path, "turned.png", "depth"), "view", 0)
    assert depth == b"\0" + turned.read_bytes()  # depth maps stay as they are stored
