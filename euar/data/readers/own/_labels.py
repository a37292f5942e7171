"""The table of labels in users' own data, and the content that it makes with the features beside it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from euar.data import tasks
from euar.data.errors import DataError
from euar.data.readers import splitting, tables
from euar.data.readers.contract import Content
from euar.data.readers.own._features import Features, joined
from euar.data.regular import check_regular

RAW = {"text": "text", "image": "image", "audio": "audio"}  # columns with raw content -> their kind
_POINTERS = ("image", "audio")
COLUMNS = ("id", "label", "split", "group", "label_sd", *RAW)
_UNITS, _MINUS, _APOSTROPHE = r"\s%‰$€£¥₹¢", r"\N{MINUS SIGN}\N{EN DASH}", r"\N{RIGHT SINGLE QUOTATION MARK}"
_OTHER_NOTATION = (
    re.compile(  # decimal comma, thousands parted, per cent, currency, a minus that is no hyphen
        rf"[{_UNITS}(+\-{_MINUS}]*\d[\d\s.,'{_APOSTROPHE}]*(e[+\-{_MINUS}]?\d+)?[{_UNITS})]*", re.IGNORECASE
    )
)
_SPLITS = {"train": "train", "valid": "valid", "val": "valid", "dev": "valid", "test": "test"}


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
        DataError: a column is unknown or missing, a cell does not fit, or features do not fit the labels.
    """
    _check_columns(labels, table)
    for name in ("id", "label", "group"):
        _check_filled(labels, name, table.get(name, ()))
    target, meta = _target(labels, table["label"]) if "label" in table else (None, {})
    named = _named(labels, table)
    if not features and not table.keys() & RAW:
        expected = "features, or a column text, image or audio"
        raise DataError(path, "modalities", expected, "neither", "put features beside the labels")
    found_in = {name: joined(table["id"], name, found) for name, found in features.items()}
    return Content(
        name=path.stem,
        files=sorted({labels, *named, *(found.file for found in features.values())}),
        target=target,
        ids=table["id"],
        split=_split(path, labels, table, target),
        groups=table.get("group"),
        target_sd=tables.numbers(labels, "label_sd", table["label_sd"]) if "label_sd" in table else None,
        modalities={name: values for name, (values, lengths, _) in found_in.items() if values.ndim == 2},
        sequences={
            name: (values, lengths) for name, (values, lengths, _) in found_in.items() if values.ndim == 3
        },
        available={name: there for name, (_, _, there) in found_in.items()},
        raw={name: (kind, table[name]) for name, kind in RAW.items() if name in table},
        meta=meta,
        notes={tasks.INTEGERS: True} if target is not None and _are_integers(table["label"]) else {},
    )


def _split(
    path: Path, labels: Path, table: Mapping[str, list[str]], target: np.ndarray | None
) -> Sequence[str]:
    """Return the column of the table, else a split that is drawn; without labels, all is test."""
    if "split" in table:
        return tables.words(labels, "split", table["split"], _SPLITS)
    if target is None:
        return ["test"] * len(table["id"])
    return splitting.assign(path, target, table.get("group") or table["id"])


def _check_columns(labels: Path, table: Mapping[str, list[str]]) -> None:
    for name in table:
        if name not in COLUMNS:
            raise DataError(
                labels, "header", f"some of {', '.join(COLUMNS)}", repr(name), "rename the column"
            )
    if "id" not in table:
        raise DataError(labels, "header", "a column id", ", ".join(table)[:200], "add it")


def _target(labels: Path, cells: Sequence[str]) -> tuple[np.ndarray, dict[str, Any]]:
    """Return classes where all labels are integers or all are words, ratings where all are other numbers."""
    _check_notation(labels, cells)
    numeric = [_is_number(cell) for cell in cells]
    if any(numeric) and not all(numeric):
        row = numeric.index(not numeric[0])
        found = " and ".join(f"{cells[place][:80]!r} in {tables.where(cells, place)}" for place in (0, row))
        raise DataError(labels, "label", "all numbers, or all words", found, "correct the labels")
    integer = _are_integers(cells)
    if all(numeric) and not integer:
        return tables.numbers(labels, "label", cells).astype(np.float32), {}
    values = [int(cell) if integer else cell.strip() for cell in cells]
    names = sorted(set(values))
    if len(names) < 2:
        raise DataError(labels, "label", "at least two classes", repr(names[0])[:80], "add labels")
    number = {name: place for place, name in enumerate(names)}
    target = np.array([number[value] for value in values], dtype=np.int64)
    return target, {"classes": [str(name) for name in names]}


def _are_integers(cells: Sequence[str]) -> bool:
    return all(re.fullmatch(r"[+-]?\d{1,18}", cell, re.ASCII) for cell in cells)


def _check_notation(labels: Path, cells: Sequence[str]) -> None:
    """Raise at a number that is written in another way than as 1.5: as a word it would be a class."""
    for row, cell in enumerate(cells, 1):
        if not _is_number(cell) and _OTHER_NOTATION.fullmatch(cell):
            expected = "numbers written as -1.5, or words"
            remedy = "write it with a point, the sign - and nothing else; or give the class a name"
            raise DataError(labels, "label", expected, f"{cell[:80]!r} in row {row}", remedy)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _check_filled(labels: Path, name: str, cells: Sequence[str]) -> None:
    for row, cell in enumerate(cells):
        if not cell.strip():
            found = f"none in {tables.where(cells, row)}"
            raise DataError(labels, name, "a value in every row", found, "fill the cell in")


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
