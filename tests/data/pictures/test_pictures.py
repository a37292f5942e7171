"""Pictures: what is decoded equals what Pillow decodes; programs, bombs and cut pictures are refused."""

import ast
import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from euar.data import DataError, pictures
from tests.data.readers.writers._pictures import pixels

ROOT = Path(__file__).parents[3]
POSTSCRIPT = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n(marker) (w) file closefile\n%%EOF\n"
)
ENDINGS = (b"\n", bytes(5000), b"\xff\xd8\xff\xd9", b"SEFH" + bytes(range(256)), POSTSCRIPT)
KINDS = ("JPEG", "PNG")


def encoded(values: np.ndarray, kind: str, **how) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, kind, **how)
    return stream.getvalue()


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a grey PNG that declares a size, with these compressed rows."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def refusal(path: Path, content: bytes) -> DataError:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        pictures.colours(path)
    assert caught.value.file == str(path)
    assert all(caught.value.args)
    return caught.value


def test_nothing_on_the_path_starts_a_process(tmp_path):
    for name in ("a.png", "b.jpg", "c.eps", "d.ps", "e", "f.jpeg"):
        (tmp_path / name).write_bytes(POSTSCRIPT)
    (tmp_path / "g.eps").write_bytes(
        b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, 999) + bytes(20) + POSTSCRIPT
    )
    for kind in ("TIFF", "GIF", "BMP", "PPM", "JPEG", "PNG"):
        (tmp_path / f"picture.{kind}").write_bytes(encoded(pixels(1, (8, 9, 3)), kind))
    command = [sys.executable, "-m", "tests.data.pictures.starts_nothing", str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert {line.split()[1] for line in found.stdout.splitlines()} == {
        path.name for path in tmp_path.iterdir() if path.suffix not in (".JPEG", ".PNG")
    }


def test_one_place_opens_pictures():
    openers = {"Image.open", "PIL.Image.open", "imread", "plt.imread", "image.imread", "mpimg.imread"}
    for notebook in ROOT.glob("book/*.ipynb"):
        assert not any(opener in notebook.read_text(encoding="utf-8") for opener in openers), notebook
    for file in sorted([*ROOT.glob("euar/**/*.py"), *ROOT.glob("tools/*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert not calls & openers or file == ROOT / "euar/data/pictures/__init__.py", file


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(8, 9, 3), (8, 9)])
def test_pictures_come_as_pillow_decodes_them(kind, shape, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(encoded(pixels(1, shape), kind))
    with Image.open(path) as picture:
        assert np.array_equal(pictures.colours(path), np.asarray(picture.convert("RGB")))
        assert np.array_equal(pictures.grey(path), np.asarray(picture.convert("L")))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_bytes_after_the_end_are_no_fault(kind, ending, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(encoded(pixels(1, (8, 9, 3)), kind))
    expected = pictures.colours(path)
    path.write_bytes(path.read_bytes() + ending)
    pictures.check_whole(path)
    assert np.array_equal(pictures.colours(path), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", [b"", *ENDINGS[:2]])
def test_cut_pictures_are_refused(kind, ending, tmp_path):
    path = tmp_path / "a"
    whole = encoded(pixels(1, (16, 16, 3)), kind)
    for size in range(len(ending), len(whole), 7 if ending else 1):
        refusal(path, whole[:size] + ending)


@pytest.mark.parametrize(
    "how", [{"progressive": True}, {"subsampling": 0, "quality": 100}, {"comment": b"\xff\xd9"}]
)
def test_jpegs_of_every_kind_are_whole(how, tmp_path):
    path = tmp_path / "a"
    whole = encoded(pixels(1, (40, 40, 3)), "JPEG", **how)
    path.write_bytes(whole)
    pictures.check_whole(path)
    path.write_bytes(whole[:-2])
    with pytest.raises(DataError, match="the picture is cut off"):
        pictures.check_whole(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", range(1, 9))
def test_colours_are_turned_upright_and_depth_is_not(turn, kind, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / "a"
    content = encoded(pixels(1, (8, 12, 3)), kind, exif=exif)
    path.write_bytes(content)
    with Image.open(path) as picture:
        assert np.array_equal(pictures.colours(path), np.asarray(ImageOps.exif_transpose(picture)))
        assert np.array_equal(pictures.grey(path), np.asarray(picture.convert("L")))
    assert pictures.orientation(content) == turn


def test_exif_that_cannot_be_read_is_passed_over(tmp_path):
    path = tmp_path / "a"
    plain = encoded(pixels(1, (8, 12, 3)), "JPEG")
    path.write_bytes(plain)
    expected = pictures.colours(path)
    broken = encoded(pixels(1, (8, 12, 3)), "JPEG", exif=b"Exif\0\0rubbish" + b"\xff" * 40)
    path.write_bytes(broken)
    assert np.array_equal(pictures.colours(path), expected)
    assert pictures.orientation(broken) == pictures.orientation(plain) == pictures.orientation(b"none") == 1


@pytest.mark.parametrize(
    ("width", "height"),
    [(60_000, 1), (1, 60_000), (65, 1), (2**14 + 1, 2**14), (2**31 - 1, 2**31 - 1), (8192, 8192)],
)
def test_sizes_that_are_refused(width, height, tmp_path):
    start = time.process_time()
    error = refusal(tmp_path / "a.png", png(width, height, bytes(10**6)))
    assert f"{width} x {height} pixels" in error.found or "DecompressionBomb" in error.found
    assert time.process_time() - start < 1


def test_a_bomb_of_the_largest_admitted_size_is_bounded(tmp_path):
    side = 5792  # 2**25 pixels
    path = tmp_path / "a.png"
    path.write_bytes(png(side, side, bytes(side * (side + 1))))
    assert path.stat().st_size < 2**16
    assert pictures.grey(path).nbytes <= pictures.MAX_PIXELS


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    content = encoded(pixels(1, (40, 40, 3)), "JPEG", progressive=True)
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    pictures.colours(path)
    monkeypatch.setattr(pictures, "MAX_WORK", 40 * 40 * 5)
    assert "scans of 40 x 40" in refusal(path, content).found


@pytest.mark.parametrize("filler", [b"\xff", b"\xff\x00", b"\xff\xd0", b"\xff\x01", b"\xff\xc0\x00\x00"])
def test_rubbish_is_walked_over_in_linear_time(filler, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff" + filler * (2**22 // len(filler)))
    start = time.process_time()
    with pytest.raises(DataError):
        pictures.check_whole(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2**22))
    with pytest.raises(DataError):
        pictures.check_whole(path)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("values", [np.full((8, 9), 40_000, dtype=np.uint16)])
def test_more_than_8_bits_are_refused(values, tmp_path):
    assert "more than 8 bits a channel" in refusal(tmp_path / "a.png", encoded(values, "PNG")).found


def test_text_that_unfolds_is_refused(tmp_path):
    whole = encoded(pixels(1, (8, 9, 3)), "PNG")
    text = b"a\0\0" + zlib.compress(bytes(2**28))
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    assert "too large" in refusal(tmp_path / "a.png", whole[:33] + chunk + whole[33:]).found


@pytest.mark.parametrize("real_set", ["mvsa", "nyud"])
def test_no_real_picture_is_turned(real_set, real):
    files = [f for f in real(real_set).rglob("*") if f.suffix.lower() in (".jpg", ".jpeg", ".png")]
    assert len(files) > 2000
    assert {pictures.orientation(file.read_bytes()) for file in files} == {1}
