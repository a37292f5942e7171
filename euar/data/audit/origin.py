"""Checks of where a set comes from: its format, its files, and whether they are those that were published."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from euar.data import catalogue, readers
from euar.data.audit.findings import Item
from euar.data.audit.published import recognised, rows_of
from euar.data.dataset import MultimodalDataset

_SPELLINGS = {
    "merged_labels": ("class", "one spelling, it is one class"),
    "similar_labels": ("class", "classes less alike"),
    "merged_groups": ("group", "one spelling, it is one group"),
    "similar_groups": ("group", "groups less alike"),
}


def record(dataset: MultimodalDataset) -> dict:
    """Return what the reader noted; an empty dict for a set that no reader made."""
    source = dataset.meta.get("source")
    if not isinstance(source, Mapping) or not {"reader", "files"} <= source.keys():
        return {}
    return dict(source)


def items(dataset: MultimodalDataset) -> Iterator[Item]:
    """Return the items on the source; none for a set that no reader made."""
    source = record(dataset)
    if not source:
        return
    yield Item("format", "info", _format(source["reader"]))
    known = {digest for entry in catalogue.entries().values() for _, digest in _published(entry)}
    counts = recognised(rows_of(dataset))
    expected = dict(_published(catalogue.entry(counts.data))) if counts else {}
    for file in source["files"]:
        yield _file(file, known, expected)
    for name, count in source.get("replaced", {}).items():
        found = f"{count} put to 0: -inf for silence, NaN or infinity"
        yield Item(f"not finite/{name}", "warn", found, "finite numbers", "see that 0 means no harm there")
    for reason, count in source.get("dropped", {}).items():
        yield Item(f"rows left out/{reason}", "info", f"{count}")
    for name in source.get("left_out", ()):
        yield Item("left out", "info", name)
    if names := ", ".join(dataset.metadata):
        yield Item("metadata", "info", names[:200])
    for note, (what, one_way) in _SPELLINGS.items():
        for words in source.get(note, ()):
            found = ", ".join(map(repr, words))[:200]
            yield Item(f"{what} names", "warn", found, one_way, f"spell each {what} in one way")


def _published(entry: catalogue.Entry) -> Iterator[tuple[str, str]]:
    """Return (name without folders, SHA-256) of every file of a set whose hash is known."""
    for file in entry.published:
        yield PurePosixPath(file.file).name, file.sha256
    for source in entry.sources:
        if source.sha256:
            yield PurePosixPath(source.to).name, source.sha256


def _format(name: str) -> str:
    """Return a reader's name; it says so where nobody has tried the reader on real files."""
    unseen = {reader.NAME for reader in (*readers.FILES, *readers.SPARE, *readers.PICKLES) if not reader.SEEN}
    return f"{name}, a reader from the published layout" if name in unseen else name


def _file(file: dict[str, str], known: set[str], expected: Mapping[str, str]) -> Item:
    """Judge one file; `expected` are the hashes of the set that has as many rows as this one, by name."""
    subject, found = f"file/{file['name']}", _short(file["sha256"])
    if file["sha256"] in known:
        return Item(subject, "ok", f"{found}, as published")
    if wanted := expected.get(PurePosixPath(file["name"]).name):
        remedy = "it has the published name and counts, not the content: compare it, or get it again"
        return Item(subject, "warn", found, f"{_short(wanted)} as published", remedy)
    return Item(subject, "info", f"{found}, not among the published ones")


def _short(digest: str) -> str:
    return f"SHA-256 {digest[:16]}…"
