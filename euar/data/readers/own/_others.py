"""Columns of a table of labels that mean nothing here: kept by their names, unless a name may be a slip."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from euar.data._checks import as_text, check_names
from euar.data.errors import DataError


def check_slips(labels: Path, names: Iterable[str], known: Sequence[str]) -> None:
    """Raise at a name that is one letter, or its case, away from a column that is not there.

    Args:
        labels: the file, for errors.
        names: of all columns.
        known: the columns that mean something.

    Raises:
        DataError: it says which name to take.
    """
    names = dict.fromkeys(names)
    absent = [one for one in known if one not in names]
    for name in names:
        meant = [one for one in absent if _nearly(name, one)]
        if meant and name not in known:
            remedy = f"rename the column to {meant[0]}, or give it a name less like that"
            raise DataError(labels, "header", f"a column {meant[0]}", f"{name[:80]!r}", remedy)


def others(labels: Path, table: Mapping[str, Sequence[str]], known: Sequence[str]) -> dict[str, np.ndarray]:
    """Return {name: (n,) str} of the columns that are none of those known.

    Raises:
        DataError: see `check_slips`; or a column has no name, or one that no file can keep.
    """
    check_slips(labels, table, known)
    found = {name: cells for name, cells in table.items() if name not in known}
    for name in found:
        if not name.strip():
            remedy = "name it; pandas writes no such column with to_csv(..., index=False)"
            raise DataError(labels, "header", "a name for each column", "a column without", remedy)
    if found:
        check_names(str(labels), "header", found)
    return {name: as_text(str(labels), name, cells) for name, cells in found.items()}


def _nearly(name: str, known: str) -> bool:
    """Tell whether a letter more, less, changed or in another place makes one name of the other."""
    word = name.strip().casefold()
    return abs(len(word) - len(known)) < 2 and bool(_without_one(word) & _without_one(known))


def _without_one(word: str) -> set[str]:
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}
