"""The lists of MVSA-Single: `labelResultAll.txt` with two labels a tweet, and the splits in JSON lines."""

import csv
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from euar.data.errors import DataError
from euar.data.readers import tables

LABELS = "labelResultAll.txt"
HEADER = ["ID", "text,image"]
CLASSES = ["positive", "neutral", "negative"]

_SPLITS = {"train": "train", "dev": "valid", "test": "test"}
_FIELDS = ("id", "label", "text", "img")


def labels(path: Path) -> dict[str, tuple[str, str]]:
    """Return {id: (label of the text, label of the picture)} of the tweets in a folder.

    Raises:
        DataError: the list is damaged, has an id twice or that is not a number, or an unknown label.
    """
    file = path / LABELS
    header, *body = tables.rows(file, "\t", csv.QUOTE_NONE)
    if header != HEADER:
        raise DataError(file, "header", repr(HEADER), repr(header)[:80], "get the list of MVSA-Single")
    check_ids(file, [name for name, _ in body])
    pairs = {}
    for name, cell in body:
        text, _, image = cell.partition(",")
        if not {text, image} <= set(CLASSES):
            expected = f"two of {', '.join(CLASSES)}"
            raise DataError(file, "labels", expected, f"{cell[:80]!r} of {name}", "get the list again")
        pairs[name] = (text, image)
    return pairs


def merge(text: str, image: str) -> str | None:
    """Return the one label of a tweet: the label that is not neutral; None for positive against negative."""
    if text == image or image == "neutral":
        return text
    return image if text == "neutral" else None


def splits(path: Path, pairs: Mapping[str, tuple[str, str]]) -> tuple[list[Path], list[dict[str, str]]]:
    """Return the split files of a folder and their rows {id, label, text, img, split}; no file: no rows.

    Raises:
        DataError: one of the three files is absent or damaged; a row's label is not the merged one; or a
            tweet whose labels agree is in no split.
    """
    files = {word: path / f"{name}.jsonl" for name, word in _SPLITS.items()}
    if not any(file.exists() for file in files.values()):
        return [], []
    rows = [row | {"split": word} for word, file in files.items() for row in _rows(file, pairs)]
    check_ids(path / "{train,dev,test}.jsonl", [row["id"] for row in rows])
    agreeing = {name for name, (text, image) in pairs.items() if text == image}
    if lost := sorted(agreeing - {row["id"] for row in rows}):
        found = f"none for {lost[0]} ({len(lost)} in none)"
        remedy = "the split files may be truncated: get them again, or move them away to split anew"
        raise DataError(path, "split", "a split for every tweet whose labels agree", found, remedy)
    return list(files.values()), rows


def check_ids(file: Path, ids: Collection[str]) -> None:
    """Raise unless the ids are numbers, each once."""
    seen: set[str] = set()
    for name in ids:
        if name in seen or not (name.isascii() and name.isdecimal() and len(name) < 20):
            found = f"{name[:80]!r} {'twice' if name in seen else ''}".strip()
            raise DataError(file, "id", "numbers, each once", found, "get the file again")
        seen.add(name)


def _rows(file: Path, pairs: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    rows = [_row(file, line, text) for line, text in enumerate(_lines(file), 1)]
    for row in rows:
        label = merge(*pairs[row["id"]]) if row["id"] in pairs else None
        if row["label"] != label:
            found = f"{row['label'][:80]!r} of {row['id'][:80]!r}"
            raise DataError(file, "label", f"{label!r}, as {LABELS} has it", found, "get both files again")
    return rows


def _row(file: Path, line: int, text: str) -> dict[str, str]:
    """Return one JSON object of four strings whose picture is the one of its id."""
    try:
        row = json.loads(text)
        row = {field: row[field] for field in _FIELDS}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        found = f"{type(error).__name__} {error} in line {line}"
        raise DataError(
            file, "rows", f"JSON with {', '.join(_FIELDS)}", found[:200], "get it again"
        ) from error
    wrong = [field for field, value in row.items() if not isinstance(value, str)]
    if wrong or row["img"].rpartition("/")[2] != f"{row['id']}.jpg":
        field = wrong[0] if wrong else "img"
        found = f"{row[field]!r}"[:80] + f" in line {line}"
        raise DataError(file, field, "text; as img, the picture of the id", found, "get the file again")
    return row


def _lines(file: Path) -> Sequence[str]:
    return [line for line in tables.text(file).split("\n") if line.strip()]
