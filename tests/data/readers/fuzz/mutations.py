"""What can befall a file: each mutation changes the bytes of one file so that a reader should notice.

A mutation is a function of a `File` and a `Random`. It returns the new bytes, or None where the file has
nothing that it could change. Which ones apply is told by a file's suffix and content. What nobody could
notice is avoided, such as a text cut between two rows.
"""

import io
import re
from collections.abc import Callable
from pathlib import PurePath
from random import Random

from PIL import Image

from tests.data.readers.fuzz import _arrays, _hdf5, _pickle, _text
from tests.data.readers.fuzz._file import File

Mutation = Callable[[File, Random], bytes | None]

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_TEXTS = (".csv", ".tsv", ".txt", ".json", ".jsonl")
_TRIES = 5


def applicable(file: File) -> dict[str, Mutation]:
    """Return the mutations that change this file, by name."""
    known = {"empty": _empty} | _of_kind(file)
    return {name: change for name, change in known.items() if _changes(change, file)}


def _of_kind(file: File) -> dict[str, Mutation]:
    content, suffix = file.content, PurePath(file.name).suffix
    if suffix in _TEXTS:
        return _text.of(suffix)
    if re.match(rb"\x80[\x02-\x05]", content):
        return _pickle.ALL | _binary(11)  # the mark and the length of the first frame
    if content.startswith((b"\x93NUMPY", b"PK")):
        return _arrays.ALL | _binary(80)
    if _HDF5 in (content[:8], content[512:520]):
        return _hdf5.ALL | _binary(64)
    if content.startswith(_PICTURES):
        return _OF_PICTURES | _binary(24)
    return _binary(128)


def _changes(change: Mutation, file: File) -> bool:
    found = [change(file, Random(seed)) for seed in range(_TRIES)]
    return any(content not in (None, file.content) for content in found)


def _binary(header: int) -> dict[str, Mutation]:
    def flip(file: File, rng: Random) -> bytes:
        place = rng.randrange(min(header, len(file.content)))
        return file.with_byte(place, rng.randrange(256))

    return {"truncated": _truncated, "flipped in the header": flip}


def _empty(_file: File, _rng: Random) -> bytes:
    return b""


def _truncated(file: File, rng: Random) -> bytes:
    return file.content[: rng.randrange(1, len(file.content))]


def _postscript(_file: File, _rng: Random) -> bytes:
    return b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n%%EOF\n"


def _trailing(file: File, rng: Random) -> bytes:
    return file.content + rng.choice((b"\n", bytes(100), b"SEFT", rng.randbytes(50)))


def _other_format(file: File, rng: Random) -> bytes:
    stream = io.BytesIO()
    with Image.open(io.BytesIO(file.content)) as picture:
        picture.convert("L").save(stream, rng.choice(("GIF", "BMP", "TIFF", "PPM")))
    return stream.getvalue()


def _zeros(file: File, _rng: Random) -> bytes:
    return bytes(len(file.content))


def _overwritten(file: File, rng: Random) -> bytes | None:
    """Write 20 bytes over the pixels of a PNG, or over a check sum: no JPEG has any."""
    start = file.content.find(b"IDAT")
    if start < 0:
        return None
    place = rng.randrange(start + 4, max(start + 5, len(file.content) - 32))
    return file.content[:place] + b"\xff" * 20 + file.content[place + 20 :]


_OF_PICTURES: dict[str, Mutation] = {
    "zeros": _zeros,
    "PostScript": _postscript,
    "in another format": _other_format,
    "bytes after the end": _trailing,
    "pixels overwritten": _overwritten,
}
