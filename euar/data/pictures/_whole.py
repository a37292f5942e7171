"""Whether a JPEG or a PNG has its end, found by walking over its parts; what follows it is left alone."""

import re
from pathlib import Path

from euar.data.errors import DataError

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"  # with its check sum
_END, _SCAN = 0xD9, 0xDA
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)  # 00 and D0 to D7 stand within a scan
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


def scans(file: Path, content: bytes) -> int:
    """Return the number of a picture's scans, 1 for a PNG.

    Args:
        file: for errors.
        content: its bytes.

    Raises:
        DataError: they are neither JPEG nor PNG, or the end is missing.
    """
    if content.startswith(_PNG):
        found, end = 1, _png_end(content)
    elif content.startswith(_JPEG):
        found, end = _jpeg_scans(content)
    else:
        first = f"a file with {content[:12]!r} first"
        raise DataError(file, "picture", "a JPEG or PNG file", first, "replace it")
    if not end:
        remedy = "get the picture again, or leave the row out"
        raise DataError(file, "picture", "a whole picture", "no end: the picture is cut off", remedy)
    return found


def _png_end(content: bytes) -> bool:
    """Tell whether the chunks go on to the last one, IEND."""
    place = len(_PNG)
    while place + 12 <= len(content):
        size, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        place += 12 + size
        if kind == b"IEND":
            return content[place - 12 : place] == _PNG_END
    return False


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
