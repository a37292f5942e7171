"""The texts of MVSA-Single, which circulate in two encodings and in one wrong reading of both."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from euar.data.errors import DataError
from euar.data.readers import _encodings, tables
from euar.data.readers.mvsa import _lists
from euar.data.regular import read_bytes

TABLE = "mvsa_single.csv"


def texts(path: Path, folder: Path, ids: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the files that were read and the text of each id, runs of white space as one space.

    They come from `mvsa_single.csv` if the folder has one, else from `ID.txt` beside the pictures.

    Raises:
        DataError: an id has no text, or a file is neither UTF-8 nor GB 18030.
    """
    table = path / TABLE
    if not table.exists():
        files = [folder / f"{name}.txt" for name in ids]
        return files, [_text(file) for file in files]
    columns = tables.columns(table, ["id", "text"])
    _lists.check_ids(table, columns["id"])
    known = dict(zip(columns["id"], columns["text"], strict=True))
    if lost := [name for name in ids if name not in known]:
        found = f"none for {lost[0]} ({len(lost)} without one)"
        raise DataError(table, "id", "a row for every tweet", found, "get the table again")
    return [table], [_spaced(known[name]) for name in ids]


def check_same(path: Path, found: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> None:
    """Raise unless the texts are those of the split files.

    QMF's files hold the bytes of the texts read as Latin-1, so those count as the same.

    Args:
        path: the folder.
        found: {id: text}.
        rows: the rows of the split files.
    """
    for row in rows:
        if found[row["id"]] not in _readings(row["text"]):
            expected = "the text of the split files"
            remedy = "get the texts and the split files again"
            raise DataError(path, "text", expected, f"another for {row['id']}", remedy)


def _readings(text: str) -> set[str | None]:
    """Return the text, and the text whose bytes were read as Latin-1."""
    try:
        return {_spaced(text), _decoded(text.encode("latin-1"))}
    except UnicodeEncodeError:
        return {_spaced(text)}


def _text(file: Path) -> str:
    try:
        content = read_bytes(file, most=tables.MAX_FIELD)
    except DataError as error:
        raise error.about("text") from None
    if not content:
        raise DataError(file, "text", "a text", "0 bytes", "get the file again")
    other = _encodings.other(content)
    text = None if other else _decoded(content)
    if text is None:
        found = other.upper() if other else "neither"
        raise DataError(file, "text", "UTF-8 or GB 18030", found, "convert the file to UTF-8")
    return text


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _spaced(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return None


def _spaced(text: str) -> str:
    return " ".join(text.split())
