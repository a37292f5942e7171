"""Squares are those of the pictures, made once, with noise before they are resized."""

import pickle

import numpy as np
import pytest
from PIL import Image

from euar.data import DataError, prepared, raw
from euar.data.features import Corruption
from euar.data.pictures.squares import square
from tests.data.features.sources import ROWS, dataset

SIDE = 8


@pytest.fixture
def data(tmp_path):
    (tmp_path / "pictures").mkdir()
    return dataset(tmp_path / "pictures")


def rows(squares, index=range(ROWS)):
    return squares.rows(np.array(index))


def test_a_row_is_the_middle_square_or_all_of_the_picture(data, tmp_path):
    cropped = rows(prepared.pixels(data, "photo", SIDE, cache=tmp_path))
    whole = rows(prepared.pixels(data, "photo", SIDE, "stretch", cache=tmp_path))
    assert cropped.dtype == whole.dtype == np.uint8
    assert cropped.shape == whole.shape == (ROWS, 3, SIDE, SIDE)
    for row in range(ROWS):
        picture = Image.fromarray(raw.image(data, "photo", row))  # 30 x 20
        middle = np.asarray(picture.resize((12, SIDE), Image.Resampling.BILINEAR))[:, 2:10]
        assert np.array_equal(cropped[row], middle.transpose(2, 0, 1))
        everything = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
        assert np.array_equal(whole[row], everything.transpose(2, 0, 1))


def test_rows_come_in_the_order_asked_for_also_in_another_process(data, tmp_path):
    squares = prepared.pixels(data, "photo", SIDE, cache=tmp_path)
    every, elsewhere = rows(squares), pickle.loads(pickle.dumps(squares))
    assert np.array_equal(rows(elsewhere, [5, 0, 5]), every[[5, 0, 5]])
    assert len(pickle.dumps(squares)) < 1000  # the path, not the pictures


def test_nothing_is_decoded_twice_but_for_another_picture_size_or_shape(data, tmp_path, monkeypatch):
    decoded, image = [], raw.image
    monkeypatch.setattr(raw, "image", lambda *of: decoded.append(of) or image(*of))
    first = prepared.pixels(data, "photo", SIDE, cache=tmp_path)
    assert prepared.pixels(data, "photo", SIDE, cache=tmp_path) == first
    assert len(decoded) == ROWS
    paths = {first.path}
    paths.add(prepared.pixels(data, "photo", SIDE + 1, cache=tmp_path).path)
    paths.add(prepared.pixels(data, "photo", SIDE, "stretch", cache=tmp_path).path)
    file = raw.locate(data, "photo", 3)[0]
    file.write_bytes(raw.locate(data, "photo", 4)[0].read_bytes())
    other = prepared.pixels(data, "photo", SIDE, cache=tmp_path)
    assert len(paths | {other.path}) == 4
    assert np.array_equal(*rows(other, [3, 4]))


def test_noise_comes_before_resizing_where_it_hits(data, tmp_path):
    noise = Corruption("gaussian", 5, p=0.5)
    hit = noise.hits(data.ids, "photo")
    assert 0 < hit.sum() < ROWS
    clean = rows(prepared.pixels(data, "photo", SIDE, cache=tmp_path))
    noisy = rows(prepared.pixels(data, "photo", SIDE, corruption=noise, cache=tmp_path))
    for row, name in enumerate(data.ids):
        picture = raw.image(data, "photo", row)
        expected = square(noise.apply(picture, str(name), "photo"), SIDE, SIDE).transpose(2, 0, 1)
        assert np.array_equal(noisy[row], expected if hit[row] else clean[row])


def test_a_picture_that_fails_leaves_nothing_behind(data, tmp_path):
    raw.locate(data, "photo", 7)[0].write_bytes(b"nothing")
    with pytest.raises(DataError, match="raw/photo: expected a JPEG or PNG"):
        prepared.pixels(data, "photo", SIDE, cache=tmp_path / "cache")
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_what_is_no_picture_or_was_damaged_is_named(data, tmp_path):
    with pytest.raises(DataError, match="raw/text: expected image or depth, found text"):
        prepared.pixels(data, "text", SIDE, cache=tmp_path)
    squares = prepared.pixels(data, "photo", SIDE, cache=tmp_path)
    squares.path.write_bytes(squares.path.read_bytes()[:-1])
    with pytest.raises(DataError, match="delete it, and the same command makes it again"):
        rows(squares)
