"""ZIP files, unpacked in small steps whatever they say.

Members must be stored or packed with deflate. Of the other packings, bzip2 and LZMA, Python's `zipfile`
unpacks each piece that it has read at once, however much comes out.
"""

import zipfile
from io import BufferedIOBase

from euar.data.errors import DataError

CHUNK = 2**20
AGAIN = "get the archive from a trusted source"
_LARGEST_DIRECTORY = 2**24  # bytes at the end of a ZIP file, which are read at once
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def zip_file(file: BufferedIOBase) -> zipfile.ZipFile:
    """Open a ZIP file, whose list of members must not be huge."""
    return zipfile.ZipFile(Stepwise(file, _LARGEST_DIRECTORY))


def packing_problem(info: zipfile.ZipInfo) -> str:
    """Return why a member cannot be unpacked in bounded memory, or "" if it can."""
    if info.flag_bits & 1:
        return "an encrypted file"
    if info.compress_type not in _PACKINGS:
        name = zipfile.compressor_names.get(  # type: ignore[attr-defined]  # typeshed lacks it
            info.compress_type, info.compress_type
        )
        return f"a file packed with {name}: pack it with deflate"
    return ""


def unpacked(content: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return what a member holds, unpacked in small steps and never more than it declares.

    Raises:
        DataError: see `packing_problem`.
    """
    if problem := packing_problem(info):
        field = f"member {info.filename[:200]}"
        raise DataError("archive", field, "a stored or deflated file", problem, AGAIN)
    with content.open(info) as stream:
        return b"".join(iter(lambda: stream.read(CHUNK), b""))


class Stepwise(BufferedIOBase):
    """A stream that is read in small steps only: a header that declares a huge name or list is refused."""

    def __init__(self, stream: BufferedIOBase, most: int):
        self._stream, self._most = stream, most

    def seekable(self) -> bool:
        """As the stream."""
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move the stream."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return where the stream is."""
        return self._stream.tell()

    def read(self, size: int | None = -1) -> bytes:
        """Return up to `size` bytes, or what is left, which must not be more than allowed."""
        size = -1 if size is None else size
        found = self._stream.read(self._most + 1 if size < 0 else size) if size <= self._most else b""
        if size > self._most or len(found) > self._most:
            expected = f"headers of at most {self._most} bytes"
            raise DataError("archive", "header", expected, f"one of {max(size, len(found))} bytes", AGAIN)
        return found
