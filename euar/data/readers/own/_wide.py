"""One table with everything: the columns of labels, and features in numbered columns."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import tables
from euar.data.readers.own import _labels, folder
from euar.data.readers.own._features import Features
from euar.data.readers.own._others import check_slips

_NUMBERED = re.compile(r"(.+)_(\d+)")


def parts(file: Path) -> tuple[dict[str, list[str]], dict[str, Features]]:
    """Return the columns of labels and {modality: features}; without either, a table of one modality.

    Raises:
        DataError: the table is damaged, its columns are numbered with gaps, or none holds features.
    """
    names = tables.rows(file)[0]
    families = _families(file, names)
    if not families and "label" not in names:
        check_slips(file, names, ("label",))
        if {"split", "group", "label_sd"} & {*names}:  # a table of labels, then
            expected = "columns id and label, and features in columns NAME_0, NAME_1, …"
            found = ", ".join(names)[:200]
            raise DataError(file, "header", expected, found, "rename the column with the labels to label")
        return {}, folder.modality(file)
    table: dict[str, tables.Column] = tables.columns(file)
    if not families:
        found = ", ".join(name for name in table if name not in _labels.COLUMNS)[:200] or "none"
        remedy = "number the columns of each modality, as in voice_0, voice_1"
        raise DataError(file, "header", "features in columns NAME_0, NAME_1, …", found, remedy)
    features = {}
    for name, columns in families.items():
        lines = table[columns[0]].lines
        values = [tables.measurements(file, column, table.pop(column)) for column in columns]
        features[name] = Features(file, np.stack(values, axis=1), None, None, (columns, lines))
    return {**table}, features


def _families(file: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Return {modality: its columns}."""
    numbers = defaultdict(set)
    for match in filter(None, map(_NUMBERED.fullmatch, names)):
        numbers[match[1]].add(match[2])
    families = {name: [f"{name}_{number}" for number in range(len(some))] for name, some in numbers.items()}
    for name, columns in families.items():
        if wrong := sorted({f"{name}_{number}" for number in numbers[name]} - {*columns}):
            remedy = "number features from 0; end no other name with _ and a number"
            raise DataError(file, "header", ", ".join(columns)[:200], f"{wrong[0][:80]!r}", remedy)
        if name in _labels.COLUMNS and name not in _labels.RAW:
            found = f"{columns[0]!r}, as if it were a modality"
            raise DataError(file, "header", f"a column {name} at most", found, "rename the columns")
    return families
