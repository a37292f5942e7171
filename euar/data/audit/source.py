"""Read a source and put all checks together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from euar.data import readers
from euar.data.audit import features, labels, origin, splits
from euar.data.audit.findings import Item, Report
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError

_CHECKS = (origin.items, splits.items, labels.items, features.items)


def audit(source: str | Path | MultimodalDataset, variant: str | None = None) -> Report:
    """Return what is right and wrong with a data set, or with a file or folder of any known format.

    A source that cannot be read gives a report with one failed item. Whether features leak is another test,
    see `euar.experiments.leaks`.

    Args:
        source: what to look at; NaN, which `readers.read` refuses, fails, and the rest is looked at with 0
            there.
        variant: see `readers.read`.
    """
    return read_and_audit(source, variant)[0]


def read_and_audit(
    source: str | Path | MultimodalDataset, variant: str | None = None
) -> tuple[Report, MultimodalDataset | None]:
    """Return the report of `audit`, and the data set; None if the source cannot be read."""
    if isinstance(source, MultimodalDataset):
        return Report(source.name, tuple(_items(source))), source
    name, (dataset, failed) = Path(source).absolute().name, _read(Path(source), variant)
    items = () if dataset is None else tuple(_items(dataset))
    return Report(" ".join(filter(None, (name, variant))), (*failed, *items)), dataset


def _items(dataset: MultimodalDataset) -> Iterator[Item]:
    return (item for items in _CHECKS for item in items(dataset))


def _read(source: Path, variant: str | None) -> tuple[MultimodalDataset | None, list[Item]]:
    """Return the set, read as for a training or else without NaN, and what a training would stop at."""
    try:
        return readers.read(source, variant=variant), []
    except DataError as error:
        failed = _unreadable(source, error)
    try:
        return readers.read(source, nan="zero", variant=variant), [replace(failed, check="finite numbers")]
    except DataError as error:
        return None, [_unreadable(source, error)]


def _unreadable(source: Path, error: DataError) -> Item:
    """Return the error as an item that is the same wherever the source lies."""
    found = f"{Path(error.file).name}: {error.field}: {error.found}"
    parts = [found, error.expected, error.remedy]
    if len(source.parts) > 1:
        parts = [part.replace(str(source), source.name) for part in parts]
    return Item("readable", "fail", *parts)
