"""Archives, extracted without trusting what they say: no file outside the folder, no link, no bomb."""

import gzip
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import IO, NamedTuple, Self

from euar.data._zips import AGAIN, CHUNK, Stepwise, packing_problem, zip_file
from euar.data.errors import DataError
from euar.data.regular import regular_file
from euar.files import FULL, atomic

MAX_BYTES = 2**33  # unpacked
MAX_FILES = 100_000
UNFOLDS = 200  # times its own size that an archive may unfold to
ALWAYS = 2**28  # bytes that any archive may unfold to
_FEW, _LEAST = 5000, 100  # members that any archive may have; bytes of an archive for each one more
_LONGEST_NAME, _DEEPEST = 1000, 32  # letters, folders
_LONGEST_HEADER, _MOST_GLOBAL = 2**12, 100  # bytes of a further header of tar; entries for all members
_FURTHER = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
_ZIP, _GZIP = b"PK", b"\x1f\x8b"


class _Header(tarfile.TarInfo):
    """A header whose further headers, which `tarfile` reads and searches as a whole, must be short."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Return what a block says.

        Raises:
            DataError: a further header is long.
        """
        found = super().frombuf(buf, encoding, errors)
        if found.type in _FURTHER and not 0 <= found.size <= _LONGEST_HEADER:
            expected = f"headers of at most {_LONGEST_HEADER} bytes"
            raise DataError("archive", "header", expected, f"one of {found.size} bytes", AGAIN)
        return found


class _Member(NamedTuple):
    name: str
    kind: str  # "file", "folder", or what is refused
    size: int  # bytes that it declares
    open: Callable[[], IO[bytes]]


def extract(
    archive: Path, folder: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES
) -> list[Path]:
    """Unpack a .zip, .tar or .tar.gz, whole or not at all, and return its files in order.

    Members get new files with ordinary rights. Those whose names differ only in case count as one name.

    Args:
        archive: the file; its kind is known by its first bytes.
        folder: where to; absent or empty before.
        max_bytes: how much all members may hold together; never more than `UNFOLDS` times the archive's own
            size, unless that is below `ALWAYS`.
        max_files: how many members there may be, folders included; in an archive with fewer than 100 bytes
            for each, 5,000.

    Raises:
        DataError: the folder is not empty; or the archive is damaged, too large, or has a member that is no
            plain file or folder, leads outside, or has the name of another one. It names the member.
        OSError: the disk is full.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise DataError(folder, "folder", "an absent or empty folder", "something", "name another one")
    try:
        with atomic(folder) as place:
            place.mkdir()
            with _members(archive) as members:
                size = archive.stat().st_size
                max_bytes = min(max_bytes, max(ALWAYS, UNFOLDS * size))
                max_files = min(max_files, max(_FEW, size // _LEAST))
                _write(members, place, max_bytes, max_files)
            if folder.exists():
                folder.rmdir()
    except DataError as error:
        raise error.at(archive) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise  # the archive is whole
        found = f"{type(error).__name__}: {error}"[:300]
        raise DataError(archive, "archive", "a whole archive", found, "get the file again") from error
    return sorted(path for path in folder.rglob("*") if path.is_file())


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[_Member]]:
    """Open an archive and give its members."""
    with regular_file(archive) as file:
        head = file.read(2)
        file.seek(0)
        if head == _ZIP:
            with zip_file(file) as content:
                yield _from_zip(content)
        else:
            stream = Stepwise(gzip.GzipFile(fileobj=file) if head == _GZIP else file, CHUNK)
            with tarfile.open(fileobj=stream, mode="r:", tarinfo=_Header) as content:
                yield _from_tar(content, stream)


def _from_zip(content: zipfile.ZipFile) -> Iterator[_Member]:
    for info in content.infolist():
        mode = stat.S_IFMT(info.external_attr >> 16)
        kind = {0: "file", stat.S_IFREG: "file", stat.S_IFDIR: "folder"}.get(mode, "a link or device")
        if kind == "file" and info.is_dir():
            kind = "folder"
        kind = packing_problem(info) or kind
        yield _Member(info.orig_filename, kind, info.file_size, partial(content.open, info))


def _from_tar(content: tarfile.TarFile, stream: Stepwise) -> Iterator[_Member]:
    for info in content:
        if len(content.pax_headers) > _MOST_GLOBAL:  # each member gets a copy of them
            expected = f"at most {_MOST_GLOBAL} entries that hold for all members"
            raise DataError("archive", "header", expected, f"{len(content.pax_headers)}", AGAIN)
        kind = "folder" if info.isdir() else "a link or device"
        if info.isreg():
            kind = "a sparse file" if info.issparse() else "file"
        yield _Member(info.name, kind, info.size, partial(_file_in, content, info))
    stream.seek(content.offset)
    end = stream.read(CHUNK)  # reading to the end also lets gzip compare its checksum
    if not end or end.strip(b"\0") or stream.read(1):
        found = "something else: it may be truncated"
        raise DataError("archive", "end", "a block of zeros, then nothing", found, "get the file again")


def _file_in(content: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = content.extractfile(info)
    assert file is not None  # asked of plain files alone
    return file


def _write(members: Iterator[_Member], place: Path, max_bytes: int, max_files: int) -> None:
    """Check each member and write it below `place`."""
    seen: set[str] = set()
    folders: set[str] = set()
    room = max_bytes
    for member in members:
        parts = _checked_parts(member, seen)
        folders |= set(accumulate(parts[:-1], lambda left, right: f"{left}/{right}"))
        if max(len(seen), len(folders)) > max_files:
            raise _refusal(member, f"at most {max_files} members", f"more, {member.name!r} first")
        if not 0 <= member.size <= room:
            raise _refusal(member, f"at most {max_bytes} bytes", f"more, with {member.size} declared")
        target = place.joinpath(*parts)
        (target if member.kind == "folder" else target.parent).mkdir(parents=True, exist_ok=True)
        if member.kind == "file":
            room -= _copy(member, target)


def _checked_parts(member: _Member, seen: set[str]) -> list[str]:
    """Return the parts of a member's name, which stays inside and is new, and add it to those seen."""
    if member.kind not in ("file", "folder"):
        raise _refusal(member, "plain files and folders", member.kind)
    if len(member.name) > _LONGEST_NAME or member.name.count("/") > _DEEPEST:
        expected = f"names up to {_LONGEST_NAME} letters and {_DEEPEST} folders deep"
        found = f"{len(member.name)} letters, {member.name.count('/')} folders"
        raise _refusal(member, expected, found)
    name = member.name.rstrip("/") if member.kind == "folder" else member.name
    parts = [part for part in name.split("/") if part != "."]
    letters = set(name)
    if ".." in parts or "" in parts or letters & set("\\:") or min(letters, default="\0") < " ":
        raise _refusal(member, "a relative name that stays inside the folder", repr(member.name[:200]))
    key = unicodedata.normalize("NFC", "/".join(parts)).casefold()
    if key in seen:
        raise _refusal(member, "each name once", repr(member.name[:200]))
    seen.add(key)
    return parts


def _copy(member: _Member, target: Path) -> int:
    """Write a member, never more than it declares, and return its size in bytes."""
    done = 0
    with member.open() as source, target.open("xb") as file:
        while chunk := source.read(CHUNK):
            done += len(chunk)
            if done > member.size:
                raise _refusal(member, f"{member.size} bytes, as declared", "more")
            file.write(chunk)
    if done < member.size:
        raise _refusal(member, f"{member.size} bytes, as declared", f"{done}")
    return done


def _refusal(member: _Member, expected: str, found: str) -> DataError:
    """Return the error about a member; `extract` adds the archive."""
    name = member.name[:200] if member.name.isprintable() else repr(member.name[:200])
    return DataError("archive", f"member {name}", expected, found, AGAIN)
