"""The table of labels in users' own data, and the content that it makes with the features beside it."""

import os
from collections.abc import Container, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import picture_files, splitting, tables
from euar.data.readers.contract import Content
from euar.data.readers.own._features import Features, joined
from euar.data.readers.own._others import others
from euar.data.readers.own._target import Target, target
from euar.data.readers.own._words import Words, merged
from euar.data.regular import check_regular

RAW = {"text": "text", "image": "image", "audio": "audio"}  # columns with raw content -> their kind
#: Columns with pointers -> the suffixes of the files that they point to, in lower case.
_POINTERS = {"image": picture_files.SUFFIXES, "audio": (".wav", ".mp3", ".flac", ".ogg", ".m4a", ".aac")}
COLUMNS = ("id", "label", "split", "group", "label_sd", *RAW)


def content(
    path: Path, labels: Path, table: Mapping[str, list[str]], features: Mapping[str, Features]
) -> Content:
    """Return the content of a table of labels and the features that belong to it.

    Args:
        path: the source.
        labels: the file of the labels, for errors.
        table: {column: n cells}.
        features: {modality: what its file has}.

    Raises:
        DataError: a column is missing or may be misspelt, a cell does not fit, or features do not fit the
            labels.
    """
    kept = others(labels, table, COLUMNS)
    _check_names(labels, table)
    found = target(labels, table["label"]) if "label" in table else Target(None, {}, {})
    _check_ids(labels, table["id"])
    groups = merged(labels, "group", table["group"], "group") if "group" in table else None
    named = _named(labels, table)
    _check_content(path, table, features)
    found_in = {name: joined(table["id"], name, part) for name, part in features.items()}
    return Content(
        name=path.stem,
        files=sorted({labels, *named, *(part.file for part in features.values())}),
        target=found.values,
        ids=table["id"],
        split=_split(path, labels, table, groups, found.values),
        groups=groups.cells if groups else None,
        target_sd=tables.numbers(labels, "label_sd", table["label_sd"]) if "label_sd" in table else None,
        modalities={name: values for name, (values, lengths, _) in found_in.items() if values.ndim == 2},
        sequences={
            name: (values, lengths)
            for name, (values, lengths, _) in found_in.items()
            if values.ndim == 3 and lengths is not None
        },
        available={name: there for name, (_, _, there) in found_in.items()},
        cells={name: partial(part.where, table["id"]) for name, part in features.items() if part.cells},
        raw={name: (kind, table[name]) for name, kind in RAW.items() if name in table},
        meta=found.meta | ({"metadata": kept} if kept else {}),
        notes=found.notes | (groups.notes if groups else {}) | _left_out(labels, table, named),
    )


def _check_content(path: Path, table: Mapping[str, list[str]], features: Mapping[str, Features]) -> None:
    """Refuse a source with nothing to predict from."""
    if not features and not table.keys() & RAW:
        expected = "features, or a column text, image or audio"
        remedy = "put features beside the labels; a table that holds them is read as one file"
        raise DataError(path, "modalities", expected, "neither", remedy)


def _split(
    path: Path,
    labels: Path,
    table: Mapping[str, list[str]],
    groups: Words | None,
    target: np.ndarray | None,
) -> Sequence[str]:
    """Return the column of the table, else a split that is drawn; without labels, all is test."""
    if "split" in table:
        return splitting.named(labels, "split", table["split"])
    if target is None:
        return ["test"] * len(table["id"])
    return splitting.assign(path, target, groups.cells if groups else table["id"]).tolist()


def _check_names(labels: Path, table: Mapping[str, list[str]]) -> None:
    """Raise without ids, and at names that cannot be written down."""
    if "id" not in table:
        names = ", ".join(table)[:200] or "none"
        raise DataError(labels, "header", "a column id", names, "add it, or rename the one with the ids")
    for name in ("id", "label", "group"):
        tables.check_names(labels, name, table.get(name, ()))


def _check_ids(labels: Path, ids: Sequence[str]) -> None:
    """Raise at two ids that nobody can tell apart, though they are not the same."""
    first: dict[str, str] = {}
    for row, name in enumerate(ids):
        other = first.setdefault(tables.plain(name), name)
        if other != name:
            found = f"{other[:80]!a} and {name[:80]!a} in {tables.where(ids, row)}"
            raise DataError(labels, "id", "ids that look different", found, "correct one of them")


def _named(labels: Path, table: Mapping[str, Sequence[str]]) -> set[Path]:
    """Return the files that the cells name; each must be there, below the folder of the labels."""
    found = set()
    for name in _POINTERS:
        for row, cell in enumerate(table.get(name, ())):
            pointer = cell.partition("#")[0]
            if labels.parent / pointer in found:
                continue
            if problem := _problem(labels.parent, pointer):
                expected = f"the path of a file in the folder of {labels.name}, relative to it"
                cell_there = f"{cell[:80]!r} in {tables.where(table[name], row)}: {problem}"
                raise DataError(labels, name, expected, cell_there, "correct the cell")
            found.add(labels.parent / pointer)
    return found


def _left_out(labels: Path, columns: Container[str], named: set[Path]) -> dict[str, dict[str, int]]:
    """Return how many files of the kinds that the cells name, pictures or sounds, lie there without a row."""
    suffixes, count = {file.suffix.lower() for file in named}, 0
    suffixes |= {suffix for name, usual in _POINTERS.items() if name in columns for suffix in usual}
    for parent, folders, names in os.walk(labels.parent) if named else ():
        folders[:] = [name for name in folders if not name.startswith(".")]
        alike = {Path(parent, name) for name in names if not name.startswith(".")} - named
        count += sum(file.suffix.lower() in suffixes for file in alike)
    return {"dropped": {"files_without_a_row": count}} if count else {}


def _problem(folder: Path, name: str) -> str:
    """Return why a name is not that of a regular file in the folder, or "" if it is."""
    pointer = PurePosixPath(name)
    if pointer.is_absolute() or ".." in pointer.parts:
        return "no relative path that stays inside"
    try:
        check_regular(folder / pointer, folder=folder)
    except DataError as error:
        return error.found
    return ""
