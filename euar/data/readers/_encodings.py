"""Encodings of texts: which one it is, where it is not UTF-8."""

import codecs
import re
import warnings
from contextlib import suppress
from pathlib import Path

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    **dict.fromkeys((b"+/v8", b"+/v9", b"+/v+", b"+/v/"), "utf-7"),
}
#: How encodings begin another alphabet that put every letter into ASCII, beside ESC as the mark.
_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$(\))|\([BJI])")
#: The same without such a mark: what may be so, or be plain text.
_SEVEN_BITS = {
    "utf-7": re.compile(rb"\+(?=[0-9/]*[A-Za-z])[A-Za-z0-9/]{3,}(?![A-Za-z0-9/+])"),
    "hz": re.compile(rb"~\{(?:[!-w][!-~])+~\}"),
}


def other(content: bytes) -> str | None:
    """Return the encoding that a byte order mark, ESC or NUL beside each letter tells, unless it is UTF-8."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    first, second = content[:256:2], content[1:256:2]
    for high, low, name in ((second, first, "utf-16-le"), (first, second, "utf-16-be")):
        if 2 * high.count(0) > len(high) > 1 and not low.count(0):
            return name
    if escape := _ESCAPE.search(content):
        return "iso-2022-kr" if escape[1] else "iso-2022-jp"
    return None


def warn_of_seven_bits(path: Path, content: bytes) -> None:
    """Warn where the whole of a text in ASCII can be read as another one, in an encoding of mail."""
    for encoding, pattern in _SEVEN_BITS.items() if content.isascii() else ():
        found = pattern.search(content)
        with suppress(UnicodeDecodeError):
            if found and content.decode(encoding):
                here, there = found[0].decode(), found[0].decode(encoding)
                words = f"{here!r:.80} is {there!r:.80} in {encoding.upper()}"
                warnings.warn(f"{path}: {words}; if that is meant, save the file as UTF-8", stacklevel=2)
