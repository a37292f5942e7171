"""Pictures, the one place that decodes them: JPEG and PNG alone, whole, and of a bounded size.

Pillow finds the decoder by the content, whatever the suffix. One of them runs a program, Ghostscript, on what
the file says. So the formats are named, and nothing on this path starts a process.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from PIL import Image

from euar.data.errors import DataError
from euar.data.pictures import _whole
from euar.data.regular import read_bytes

FORMATS = ("JPEG", "PNG")
MAX_BYTES = 2**27
MAX_PIXELS = 2**25
MAX_SIDE = 2**14  # pixels
MAX_ASPECT = 64  # the longer side by the shorter
MAX_WORK = 2**30  # pixels times the scans of a JPEG, each of which may cover all of them
_AGAIN = "get the picture again, or leave the row out"
_ORIENTATION = 0x0112  # EXIF
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def check_whole(file: Path, *, folder: Path | None = None) -> None:
    """Raise unless a file is a JPEG or a PNG that has its end, without decoding it.

    Bytes after the end are no fault: phones and editors put some there.

    Args:
        file: the picture.
        folder: where it must lie; None: anywhere.

    Raises:
        DataError: it is absent, no regular file, outside of `folder`, too large, of another format, cut,
            or a PNG with other bytes than its check sums.
    """
    _whole.scans(file, _bytes(file, folder))


def colours(file: Path, *, folder: Path | None = None) -> np.ndarray:
    """Return a picture, uint8 (H, W, 3), turned upright as its EXIF orientation says.

    Args:
        file: the picture.
        folder: where it must lie; None: anywhere.

    Raises:
        DataError: see `check_whole`; or it has more than 8 bits a channel, is too large, lacks pixels (told
            of a PNG), or does not decode.
    """
    return _decoded(file, _bytes(file, folder), "RGB")


def grey(file: Path, *, folder: Path | None = None) -> np.ndarray:
    """Return a picture as it is stored, uint8 (H, W).

    Args:
        file: the picture.
        folder: where it must lie; None: anywhere.

    Raises:
        DataError: see `colours`.
    """
    return _decoded(file, _bytes(file, folder), "L")


def orientation(content: bytes) -> int:
    """Return the EXIF orientation of a picture's bytes, 1 (upright) to 8; 1 where none can be read."""
    with suppress(Exception), _opened(content) as picture:  # what Pillow raises is not documented
        return _orientation(picture)
    return 1


def check_size(file: Path, width: int, height: int) -> None:
    """Raise unless a picture, or a part of one, has sides that a network can be given.

    Raises:
        DataError: it has too many pixels, a side is too long, or one is far longer than the other.
    """
    short, long = sorted((width, height))
    if not 0 < long <= min(MAX_SIDE, MAX_ASPECT * short) or width * height > MAX_PIXELS:
        expected = (
            f"sides up to {MAX_SIDE}, one at most {MAX_ASPECT} times the other, {MAX_PIXELS} pixels in all"
        )
        raise DataError(file, "picture", expected, f"{width} x {height} pixels", "crop or scale the picture")


def _bytes(file: Path, folder: Path | None) -> bytes:
    try:
        return read_bytes(file, most=MAX_BYTES, folder=folder)
    except DataError as error:
        raise error.about("picture") from None


def _decoded(file: Path, content: bytes, mode: str) -> np.ndarray:
    scans = _whole.scans(file, content)
    try:
        with _opened(content) as picture:
            check_size(file, *picture.size)
            _check_work(file, picture, scans)
            _whole.check_pixels(file, content)
            turn = _UPRIGHT.get(_orientation(picture)) if mode == "RGB" else None
            upright = picture if turn is None else picture.transpose(turn)
            return np.asarray(upright.convert(mode))
    except DataError:
        raise
    except Exception as error:  # what Pillow raises is not documented
        found = f"{type(error).__name__}: {error}"[:200]
        raise DataError(file, "picture", "a readable picture", found, _AGAIN) from error


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """Give the block a picture, not yet decoded; what Pillow thinks too large is an error, not a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of metadata that nobody reads
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            yield picture


def _check_work(file: Path, picture: Image.Image, scans: int) -> None:
    if picture.width * picture.height * scans > MAX_WORK:
        expected = f"at most {MAX_WORK} pixels in all its scans"
        found = f"{scans} scans of {picture.width} x {picture.height}"
        raise DataError(file, "picture", expected, found, "save the picture again")


def _orientation(picture: Image.Image) -> int:
    """Return the orientation; EXIF that cannot be read is passed over, as viewers do."""
    with suppress(Exception):
        return int(picture.getexif().get(_ORIENTATION, 1))
    return 1
