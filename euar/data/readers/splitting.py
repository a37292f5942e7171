"""The split: by the words that people write, or, where there are none, drawn from a seed.

A drawn split is alike in all classes and never parts a group.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import tables

FOLDS = 10
_WRITTEN = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "development"), "valid"),
    **dict.fromkeys(("test", "testing"), "test"),
}
#: What scikit-learn does a group, in classes, and may do in all, in some 10 s: for 25,000 groups.
_OVERHEAD, _MOST_WORK = 1300, 2**25
_WORDS = ("test", "test", "valid", *["train"] * 7)  # of the folds: 70 / 10 / 20 %


def named(path: Path, column: str, cells: Sequence[str]) -> list[str]:
    """Return "train", "valid" or "test" for each cell of a column, whatever usual word stands there.

    Raises:
        DataError: a cell holds another word.
    """
    found = [_WRITTEN.get(tables.plain(cell[: tables.MAX_NAME]).casefold(), "") for cell in cells]
    if "" in found:
        row = found.index("")
        wrong = f"{cells[row][:80]!r} in {tables.where(cells, row)}"
        expected = f"one of {', '.join(_WRITTEN)}"
        raise DataError(path, column, expected, wrong, "write train, valid or test there")
    return found


def assign(path: Path, target: np.ndarray, groups: Sequence[str], seed: int = 0) -> np.ndarray:
    """Return "train" (70 %), "valid" (10 %) or "test" (20 %) for each row, str (n,).

    Classes, or ranges of the ratings, have about the same shares in all three. It does not depend on the
    order of the groups.

    Args:
        path: the source, for errors.
        target: (n,) classes (int64) or ratings.
        groups: (n,) what must stay together; ids if nothing must.
        seed: of the draw.

    Raises:
        DataError: fewer than ten groups, no class with ten rows, or scikit-learn is missing.
    """
    number = {name: place for place, name in enumerate(sorted(set(groups)))}
    places, strata = np.array([number[name] for name in groups]), _strata(target)
    _check_enough(path, strata, places)
    few = len(number) * (_OVERHEAD + len(np.unique(strata))) <= _MOST_WORK
    fold = _weighed(path, strata, places, seed) if few else _dealt(strata, places, seed)
    return np.array(_WORDS)[fold]


def _weighed(path: Path, strata: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold of each row; each group goes where it makes the folds most alike."""
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ModuleNotFoundError as error:
        remedy = 'pip install "euar[cli]", or give the rows a split yourself'
        raise DataError(path, "split", "a split, or scikit-learn to draw one", "neither", remedy) from error
    order = np.argsort(groups, kind="stable")
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    fold = np.empty(len(groups), dtype=np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rare classes, which cannot be in every fold
        for place, (_, rows) in enumerate(folds.split(order, strata[order], groups[order])):
            fold[order[rows]] = place
    return fold


def _dealt(strata: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold of each row; groups are dealt out like cards, sorted by class, then size."""
    order, sizes = np.lexsort((strata, groups)), np.bincount(groups)
    middle = strata[order][np.cumsum(sizes) - sizes + sizes // 2]  # the class of a group
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    dealt = shuffled[np.lexsort((sizes[shuffled], middle[shuffled]))]
    fold = np.empty(len(sizes), dtype=np.int64)
    fold[dealt] = np.arange(len(sizes)) % FOLDS
    return fold[groups]


def _check_enough(path: Path, strata: np.ndarray, groups: np.ndarray) -> None:
    """Raise unless the folds can be filled."""
    largest = np.unique(strata, return_counts=True)[1].max(initial=0)
    for what, count in (("groups", len(np.unique(groups))), ("rows of one class", largest)):
        if count < FOLDS:
            remedy = "add a column split of train, valid and test, or more rows"
            raise DataError(path, "split", f"at least {FOLDS} {what} to draw a split", f"{count}", remedy)


def _strata(target: np.ndarray) -> np.ndarray:
    """Return classes as they are, and for ratings the part of the ranked rows, at most a fifth, of each."""
    if target.dtype.kind == "i":
        return target
    parts = max(1, min(5, len(target) // FOLDS))
    return np.searchsorted(np.quantile(target, np.arange(1, parts) / parts), target)
