"""Whether all of a JPEG or a PNG is there, found by walking over its parts; not what follows its end.

A PNG says more: the check sum of each part, and by its header how many bytes its pixels have. What decodes it
asks for neither, and fills in black.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from euar.data.errors import DataError

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_AGAIN = "get the picture again, or leave the row out"
_END, _SCAN = 0xD9, 0xDA
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)  # 00 and D0 to D7 stand within a scan
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by a PNG's type of colour
_DEPTHS = (1, 2, 4, 8)
_ALL = ((0, 0, 1, 1),)  # of the pixels: the first column and row, and the steps
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_STEP = 2**14  # bytes that are inflated at once, to 16 MB at most


def scans(file: Path, content: bytes) -> int:
    """Return the number of a picture's scans, 1 for a PNG.

    Args:
        file: for errors.
        content: its bytes.

    Raises:
        DataError: they are neither JPEG nor PNG, the end is missing, or a part has another check sum.
    """
    if content.startswith(_PNG):
        return sum(kind == b"IEND" for kind, _ in _chunks(file, content))
    if not content.startswith(_JPEG):
        first = f"a file with {content[:12]!r} first"
        raise DataError(file, "picture", "a JPEG or PNG file", first, "replace it")
    found, end = _jpeg_scans(content)
    if not end:
        raise _partial(file, "no end: the picture is cut off")
    return found


def check_pixels(file: Path, content: bytes) -> None:
    """Raise unless a PNG holds all the pixels of its header, 8 bits a channel at most; ask nothing of a JPEG.

    Args:
        file: for errors.
        content: its bytes, of a size that has been checked.

    Raises:
        DataError: see above.
    """
    if not content.startswith(_PNG):
        return
    chunks = [(kind, data) for kind, data in _chunks(file, content) if kind in (b"IHDR", b"IDAT")]
    headers = [data for kind, data in chunks if kind == b"IHDR"]
    if len(headers) != 1 or len(headers[0]) != 13:
        raise _partial(file, "none, or an odd or second header")
    expected = _size(file, bytes(headers[0]))
    try:
        found = _inflated((data for kind, data in chunks if kind == b"IDAT"), expected)
    except zlib.error as error:
        raise _partial(file, f"{error}") from error
    if found < expected:
        raise _partial(file, f"{found} bytes of pixels, of {expected}")


def _chunks(file: Path, content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Give the kind and the data of each chunk of a PNG up to IEND, the last one."""
    view, place, kind = memoryview(content), len(_PNG), b""
    while kind != b"IEND":
        end = place + 12 + int.from_bytes(view[place : place + 4], "big")
        if end > len(view):
            raise _partial(file, "no end: the picture is cut off")
        kind = bytes(view[place + 4 : place + 8])
        if zlib.crc32(view[place + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise _partial(file, f"bytes that do not fit the check sum of {kind!r}")
        yield kind, view[place + 8 : end - 4]
        place = end


def _size(file: Path, header: bytes) -> int:
    """Return how many bytes the pixels have, with the one before each row that says how it is filtered."""
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colour, interlaced = header[8], header[9], header[12]
    if depth not in _DEPTHS or colour not in _CHANNELS:
        found = f"more than 8 bits a channel: {depth}" if depth == 16 else "a header of no kind of PNG"
        raise DataError(file, "picture", "8 bits a channel", found, "convert the picture")
    bits, size = depth * _CHANNELS[colour], 0
    for left, top, right, down in _ADAM7 if interlaced else _ALL:
        columns, rows = len(range(left, width, right)), len(range(top, height, down))
        size += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return size


def _inflated(parts: Iterable[memoryview], most: int) -> int:
    """Return how many bytes come out, counted until they are enough."""
    stream, count = zlib.decompressobj(), 0
    for part in parts:
        for start in range(0, len(part), _STEP):
            count += len(stream.decompress(part[start : start + _STEP]))
            if count >= most:
                return count
    return count


def _jpeg_scans(content: bytes) -> tuple[int, bool]:
    """Return the number of scans, and whether the end was found."""
    place, found = 2, 0
    while marker := _MARKER.search(content, place):
        place, kind = marker.end(), marker[1][0]
        if kind == _END:
            return found, found > 0
        if kind not in _BARE:
            place += int.from_bytes(content[place : place + 2], "big")
        found += kind == _SCAN
    return found, False


def _partial(file: Path, found: str) -> DataError:
    return DataError(file, "picture", "a whole picture", found, _AGAIN)
