"""Get a data set from its public sources: pinned, hashed, continued after a break, its terms accepted."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from euar.data import catalogue
from euar.data._transfer import Patience, transfer
from euar.data._unpacking import problem_in, unpack
from euar.data.catalogue import Download
from euar.data.errors import DataError
from euar.data.readers.provenance import sha256
from euar.files import check_file, make_folder, naming
from euar.lock import sole_worker

if TYPE_CHECKING:
    from requests import RequestException

Progress = Callable[[str, int, int | None], None]

_PATIENT = Patience()
_MOST = 2**32  # bytes of a file whose size is not known


def get(
    name: str,
    folder: str | Path,
    *,
    accept_terms: bool,
    progress: Progress | None = None,
    patience: Patience = _PATIENT,
) -> Path:
    """Download what is missing of a set, and return its folder. The same call continues a broken download.

    A file that is there with the right hash is not fetched; one with another hash is replaced.

    Args:
        name: a set with sources, see `euar.data.catalogue`.
        folder: the set's own folder, such as EUAR_DATA/mosi.
        accept_terms: that its terms have been read and accepted.
        progress: called as progress(file, bytes that are here, bytes expected or None).
        patience: how long to bear with a bad connection.

    Raises:
        DataError: an unknown set, terms not accepted, no connection, a wrong hash, or a damaged archive.
        DamagedFileError: something else stands where a file or folder is to be.
        BlockingIOError: another process downloads into this folder.
    """
    entry = catalogue.entry(name)
    if not entry.sources:
        known = " | ".join(other.name for other in catalogue.entries().values() if other.sources)
        raise DataError(name, "name", known, "a set that ships with euar", "load it by its name")
    if not accept_terms:
        remedy = f"if you agree, run it again with --accept-terms (accept_terms=True):\n\n{entry.terms}"
        raise DataError(name, "terms", "that you accept them", "no word of it", remedy)
    folder = Path(folder)
    if not all(_is_here(source, folder) for source in entry.sources):
        with sole_worker(folder):
            for source in entry.sources:
                fetch(source, folder, progress, patience)
    return folder


def fetch(
    source: Download, folder: Path, progress: Progress | None = None, patience: Patience = _PATIENT
) -> Path:
    """Return the file of a source, or the folder of its unpacked files, after downloading what is missing.

    Raises:
        DataError: no connection, a wrong hash, or a damaged archive.
        DamagedFileError: something else stands where a file or folder is to be.
    """
    if source.unpack is None:
        return _file(source, folder, progress, patience)
    place = folder / source.unpack.to
    if problem_in(source.unpack, folder):
        archive = _file(source, folder, progress, patience)
        try:
            unpack(archive, source.unpack, folder)
        except DataError:
            archive.unlink()
            raise
        archive.unlink()
    return place


def _is_here(source: Download, folder: Path) -> bool:
    if source.unpack is not None:
        return not problem_in(source.unpack, folder)
    return source.sha256 in _hashes(folder / source.to)


def _file(source: Download, folder: Path, progress: Progress | None, patience: Patience) -> Path:
    import requests

    target = folder / source.to
    if source.sha256 in _hashes(target):
        return target
    report = partial(progress, source.to) if progress else _silent
    part = _part(target)
    make_folder(target.parent)
    for place in (target, part):
        check_file(place)
    try:
        with naming(part):
            transfer(source.url, part, source.bytes or _MOST, patience, report)
    except requests.RequestException as error:
        raise _unreachable(source, target, error) from error
    _check(part, source, target)
    part.replace(target)
    return target


def _hashes(file: Path) -> tuple[str | None, ...]:
    """Return the hash of a file and None, which stands for any hash; nothing where there is no file."""
    return (sha256(file), None) if file.is_file() else ()


def _check(part: Path, source: Download, target: Path) -> None:
    found = sha256(part)
    if source.sha256 not in (None, found):
        size = part.stat().st_size
        part.unlink()
        remedy = "it was removed; run the command again, and if this comes back the source was changed"
        raise DataError(target, "sha256", str(source.sha256), f"{found} ({size:,} bytes)", remedy)


def _unreachable(source: Download, target: Path, error: "RequestException") -> DataError:
    part = _part(target)
    kept = f", which continues after {part.stat().st_size:,} bytes" if part.exists() else ""
    digest = f" (SHA-256 {source.sha256})" if source.sha256 else ""
    size = f", {source.bytes:,} bytes" if source.bytes else ""
    remedy = (
        f"run the command again later{kept}; or get the file elsewhere and put it there by hand: "
        f"{target.name}{digest} into {target.parent}"
    )
    return DataError(target, "download", f"{source.url}{size}", _reason(error), remedy)


def _reason(error: "RequestException") -> str:
    if error.response is not None:
        return f"HTTP status {error.response.status_code} {error.response.reason}"
    return f"no lasting connection ({str(error)[:200]})"


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _silent(_done: int, _total: int | None) -> None:
    """Report nothing."""
