"""An archive that its host builds on request, so that it has no hash: it is checked by what it holds.

The hashes of its files are written down on first use, in `TO.sha256` as `sha256sum` prints them. From then on
other files are refused; and from the first use on, where the catalogue has the SHA-256 of that list.
"""

import json
from pathlib import Path

from euar import sealed
from euar.data import pictures
from euar.data.catalogue import Unpack
from euar.data.errors import DataError
from euar.data.readers import provenance
from euar.data.regular import read_bytes
from euar.files import beside, write_bytes


def unpack(archive: Path, wanted: Unpack, folder: Path) -> None:
    """Put the wanted files of an archive into `folder`, once they are known to be all there.

    Raises:
        DataError: the archive is damaged, unsafe, or does not hold what it should.
    """
    from euar.data import archives

    with beside(folder / "unpacked") as temporary:
        archives.extract(archive, temporary)
        inside = temporary / wanted.folder
        if problem := _missing(inside, wanted, folder) or _other(inside, wanted, folder):
            remedy = "it was removed; run the command again, and if this comes back the source has changed"
            raise DataError(archive, wanted.folder, _description(wanted), problem, remedy)
        place, sums = folder / wanted.to, _sums(inside, wanted)
        place.mkdir(parents=True, exist_ok=True)
        for file in sorted(inside.iterdir()):
            file.replace(place / file.name)
        write_bytes(_list(wanted, folder), sums)


def problem_in(wanted: Unpack, folder: Path) -> str:
    """Return what is wrong with the files that were unpacked, or "" if nothing is.

    Args:
        wanted: what should be there.
        folder: the set's folder, which holds the lists of pictures.
    """
    return _missing(folder / wanted.to, wanted, folder) or _changed(wanted, folder)


def _missing(place: Path, wanted: Unpack, folder: Path) -> str:
    """Return which of the files that must be in `place` are not there or not whole, or ""."""
    for suffix, least in wanted.files.items():
        count = len(list(place.glob(f"*{suffix}")))
        if count < least:
            return f"{count:,} files *{suffix}"
    pictures = [place / name for listing in wanted.listed_in for name in _listed(folder / listing)]
    return next((f"{path.name}: {problem}" for path in pictures if (problem := _problem_of(path))), "")


def _list(wanted: Unpack, folder: Path) -> Path:
    return folder / f"{wanted.to}.sha256"


def _sums(place: Path, wanted: Unpack) -> bytes:
    """Return a line "SHA-256  name" for each file that is wanted, in the order of the names."""
    files = sorted(file for file in place.iterdir() if file.suffix in wanted.files)
    return "".join(f"{provenance.sha256(file)}  {file.name}\n" for file in files).encode()


def _other(inside: Path, wanted: Unpack, folder: Path) -> str:
    """Return how the files of an archive differ from those that are expected, or "" if nothing is known."""
    found, written = sealed.sha256(_sums(inside, wanted)), _list(wanted, folder)
    if wanted.sha256 not in (None, found):
        return f"files whose list has SHA-256 {found}, not {wanted.sha256}"
    if wanted.sha256 is None and written.exists() and sealed.sha256(read_bytes(written)) != found:
        return f"other files than on first use, see {written.name}; to accept them, delete it"
    return ""


def _changed(wanted: Unpack, folder: Path) -> str:
    """Return which file is no more what was unpacked, or ""; files that came later are passed over."""
    if not _list(wanted, folder).exists():
        return ""
    for line in read_bytes(_list(wanted, folder)).decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        file = folder / wanted.to / name
        if not file.is_file() or provenance.sha256(file) != digest:
            return f"{name}: other content than was unpacked"
    return ""


def _listed(listing: Path) -> list[str]:
    """Return the names of the pictures in a JSON-lines file."""
    lines = read_bytes(listing).decode("utf-8").splitlines()
    return [Path(json.loads(line)["img"]).name for line in lines if line.strip()]


def _problem_of(picture: Path) -> str:
    """Return what is wrong with one pair of picture and text."""
    if not picture.with_suffix(".txt").is_file():
        return "no text beside it"
    if not picture.exists():
        return "missing"
    try:
        pictures.check_whole(picture, folder=picture.parent)
    except DataError as error:
        return f"not a picture ({error.found})"
    return ""


def _description(wanted: Unpack) -> str:
    counts = ", ".join(f"{least:,} *{suffix}" for suffix, least in wanted.files.items())
    return f"at least {counts}, and every picture of {', '.join(wanted.listed_in)}"
