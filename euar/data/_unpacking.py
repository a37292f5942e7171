"""An archive whose hash is not known: it is checked by what it holds."""

import json
from pathlib import Path

from euar.data import pictures
from euar.data.catalogue import Unpack
from euar.data.errors import DataError
from euar.data.regular import read_bytes
from euar.files import beside


def unpack(archive: Path, wanted: Unpack, folder: Path) -> None:
    """Put the wanted files of an archive into `folder`, once they are known to be all there.

    Raises:
        DataError: the archive is damaged, unsafe, or does not hold what it should.
    """
    from euar.data import archives

    with beside(folder / "unpacked") as temporary:
        archives.extract(archive, temporary)
        inside = temporary / wanted.folder
        if problem := problem_in(inside, wanted, folder):
            remedy = "it was removed; run the command again, and if this comes back the source has changed"
            raise DataError(archive, wanted.folder, _description(wanted), problem, remedy)
        place = folder / wanted.to
        place.mkdir(parents=True, exist_ok=True)
        for file in sorted(inside.iterdir()):
            file.replace(place / file.name)


def problem_in(place: Path, wanted: Unpack, folder: Path) -> str:
    """Return what is wrong with the files in `place`, or "" if nothing is.

    Args:
        place: where the files are.
        wanted: what should be there.
        folder: the set's folder, which holds the lists of pictures.
    """
    for suffix, least in wanted.files.items():
        count = len(list(place.glob(f"*{suffix}")))
        if count < least:
            return f"{count:,} files *{suffix}"
    pictures = [place / name for listing in wanted.listed_in for name in _listed(folder / listing)]
    return next((f"{path.name}: {problem}" for path in pictures if (problem := _problem_of(path))), "")


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
