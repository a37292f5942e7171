"""Whether all of a picture is there: check sums, the bytes of all rows, the depth that the header says."""

import struct
import zlib

import numpy as np
import pytest

from euar.data import DataError, pictures
from tests.data.pictures.test_pictures import encoded

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of grey, RGB, a palette, grey and RGB with alpha
PALETTE = 3


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows, size=(20, 9), depth=8, colour=2, headers=1, interlaced=0):
    """A PNG of these inflated bytes, in IDATs of 7 bytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)) * headers
    palette = chunk(b"PLTE", bytes(48)) if colour == PALETTE else b""
    packed = zlib.compress(rows)
    parts = b"".join(chunk(b"IDAT", packed[place : place + 7]) for place in range(0, len(packed), 7))
    return b"\x89PNG\r\n\x1a\n" + header + palette + parts + chunk(b"IEND", b"")


def refusal(path, content):
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        pictures.colours(path)
    return caught.value


def row(bits, width=20):
    return bytes(1 + -(-width * bits // 8))


@pytest.mark.parametrize(
    ("colour", "depth"), [*((colour, 8) for colour in CHANNELS), (0, 1), (0, 4), (3, 1), (3, 4)]
)
def test_pixels_that_are_missing_are_no_black_ones(colour, depth, tmp_path):
    rows = row(depth * CHANNELS[colour]) * 9
    (tmp_path / "whole.png").write_bytes(png(rows, depth=depth, colour=colour))
    assert pictures.colours(tmp_path / "whole.png").shape == (9, 20, 3)
    for some in (rows[:-1], rows[: len(rows) // 9], b""):
        found = refusal(tmp_path / "a.png", png(some, depth=depth, colour=colour)).found
        assert f"{len(some)} bytes of pixels" in found


@pytest.mark.parametrize("size", [(8, 8), (1, 1), (5, 9), (20, 3)])
def test_interlaced_pictures_have_rows_of_several_passes(size, tmp_path):
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    sides = [(len(range(x, size[0], dx)), len(range(y, size[1], dy))) for x, y, dx, dy in passes]
    rows = b"".join(row(24, width) * height for width, height in sides if width)
    (tmp_path / "whole.png").write_bytes(png(rows, size, interlaced=1))
    assert pictures.colours(tmp_path / "whole.png").shape == (*size[::-1], 3)
    assert "bytes of pixels" in refusal(tmp_path / "a.png", png(rows[:-1], size, interlaced=1)).found


def test_a_flipped_byte_of_any_part_is_found(tmp_path):
    whole = encoded(np.random.default_rng(0).integers(0, 255, (30, 40, 3), dtype=np.uint8), "PNG")
    for place in range(8, len(whole), 97):
        content = whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :]
        assert refusal(tmp_path / "a.png", content).field == "picture"
    content = whole[:60] + b"\xff" * 20 + whole[80:]
    assert "check sum of b'IDAT'" in refusal(tmp_path / "a.png", content).found


@pytest.mark.parametrize("colour", [0, 2, 4, 6])
def test_16_bits_are_refused_whatever_the_channels(colour, tmp_path):
    content = png(row(16 * CHANNELS[colour]) * 9, depth=16, colour=colour)
    assert "more than 8 bits a channel: 16" in refusal(tmp_path / "a.png", content).found


def test_a_header_is_one_and_first(tmp_path):
    rows = row(24) * 9
    assert "header" in refusal(tmp_path / "a.png", png(rows, headers=2)).found
    assert refusal(tmp_path / "a.png", png(rows, headers=0)).field == "picture"


def test_bytes_that_do_not_inflate_are_named(tmp_path):
    whole = png(b"")
    header, end = whole[:33], chunk(b"IEND", b"")
    assert refusal(tmp_path / "a.png", header + chunk(b"IDAT", b"no zlib") + end).field == "picture"
