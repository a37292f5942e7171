"""Checks of the split: its counts against the published ones, and what its parts share."""

from collections.abc import Iterator

import numpy as np

from euar.data.audit.findings import Item, Status
from euar.data.audit.origin import record
from euar.data.audit.published import SPLITS, nearest, recognised, rows_of
from euar.data.dataset import MultimodalDataset


def items(dataset: MultimodalDataset) -> Iterator[Item]:
    """Return the items on the split."""
    yield _rows(rows_of(dataset))
    yield Item("ids", "ok", f"{len(dataset)}, each once")
    if dataset.groups is not None:
        yield _groups(dataset, dataset.groups)
    if (rows := fitted_on(dataset)) is not None:
        yield _fitted_on(dataset, rows)
    for name, count in record(dataset).get("duplicates", {}).items():
        status: Status = "warn" if count else "ok"
        yield Item(f"duplicates/{name.replace('_', ' ')}", status, f"{count}", "0" if count else "")


def fitted_on(dataset: MultimodalDataset) -> np.ndarray | None:
    """Return bool (n,), the rows on whose labels features were fitted; None if the source does not say."""
    rows = dataset.meta.get("fitted_on")
    known = isinstance(rows, np.ndarray) and rows.dtype == np.bool_ and rows.shape == (len(dataset),)
    return np.asarray(rows) if known else None


def _rows(counts: tuple[int, int, int]) -> Item:
    found = " / ".join(map(str, counts))
    if not all(counts):
        remedy = "give some rows to each split"
        return Item("rows", "fail", found, "rows in train, valid and test", remedy)
    if known := recognised(counts):
        taken = "" if known.rows == counts else f", {counts[1]} of its training rows for validation"
        return Item("rows", "ok", f"{found}, as in {known.where}{taken}")
    if known := nearest(counts):
        more = " / ".join(f"{a - b:+d}" for a, b in zip(counts, known.rows, strict=True))
        return Item("rows", "info", f"{found}, which is {more} compared with {known.where}")
    return Item("rows", "info", f"{found}, in none of the published lists")


def _groups(dataset: MultimodalDataset, groups: np.ndarray) -> Item:
    members = {word: set(groups[dataset.split == word].tolist()) for word in SPLITS}
    names = set().union(*members.values())
    shared = [group for group in names if sum(group in part for part in members.values()) > 1]
    found = f"{len(names)}; {len(shared)} in more than one split"
    if not shared:
        return Item("groups", "ok", found)
    remedy = "their test rows are not new: split by group, or report without them"
    return Item("groups", "warn", found, "each in one split", remedy)


def _fitted_on(dataset: MultimodalDataset, rows: np.ndarray) -> Item:
    """Judge what the source says of the rows on whose labels its features were fitted."""
    valid, test = (int(np.sum(rows & (dataset.split == word))) for word in ("valid", "test"))
    expected = "of no test or validation row"
    if not valid + test:
        return Item("features fitted to labels", "ok", expected)
    remedy = "use other features, or a split that they never saw"
    found = f"of {test} test rows and {valid} validation rows"
    return Item("features fitted to labels", "fail" if test else "warn", found, expected, remedy)
