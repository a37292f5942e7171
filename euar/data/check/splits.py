"""Checks of the split: its counts against the published ones, and what its parts share."""

from collections.abc import Iterator

import numpy as np

from euar.data.check.origin import record
from euar.data.check.published import recognised
from euar.data.check.report import Item
from euar.data.dataset import MultimodalDataset

SPLITS = ("train", "valid", "test")


def items(dataset: MultimodalDataset) -> Iterator[Item]:
    """Return the items on the split."""
    counts = tuple(int(np.sum(dataset.split == word)) for word in SPLITS)
    found = " / ".join(map(str, counts))
    if known := recognised(counts):
        yield Item("rows", "ok", f"{found}, as in {known.where}")
    elif all(counts):
        yield Item("rows", "info", f"{found}, in none of the published lists")
    else:
        remedy = "give some rows to each split"
        yield Item("rows", "fail", found, "rows in train, valid and test", remedy)
    yield Item("ids", "ok", f"{len(dataset)}, each once")
    if dataset.groups is not None:
        yield _groups(dataset)
    if "fitted_on" in dataset.meta:
        yield _fitted_on(dataset)
    for name, count in record(dataset).get("duplicates", {}).items():
        status = "warn" if count else "ok"
        yield Item(f"duplicates/{name.replace('_', ' ')}", status, f"{count}", "0" if count else "")


def _groups(dataset: MultimodalDataset) -> Item:
    members = {word: set(dataset.groups[dataset.split == word].tolist()) for word in SPLITS}
    groups = set().union(*members.values())
    shared = [group for group in groups if sum(group in part for part in members.values()) > 1]
    found = f"{len(groups)}; {len(shared)} in more than one split"
    if not shared:
        return Item("groups", "ok", found)
    remedy = "their test rows are not new: split by group, or report without them"
    return Item("groups", "warn", found, "each in one split", remedy)


def _fitted_on(dataset: MultimodalDataset) -> Item:
    """Judge what the source says of the rows on whose labels its features were fitted."""
    count = int(np.sum(dataset.meta["fitted_on"] & (dataset.split == "test")))
    if not count:
        return Item("features fitted to labels", "ok", "of no test row")
    remedy = "use other features, or a split that they never saw"
    return Item("features fitted to labels", "fail", f"of {count} test rows", "of no test row", remedy)
