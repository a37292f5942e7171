"""Checks of where a set comes from: its format, its files, and whether they are those that were published."""

from collections.abc import Iterator, Mapping

from euar.data import catalogue
from euar.data.check.report import Item
from euar.data.dataset import MultimodalDataset


def record(dataset: MultimodalDataset) -> dict:
    """Return what the reader noted; an empty dict for a set that no reader made."""
    source = dataset.meta.get("source")
    return dict(source) if isinstance(source, Mapping) else {}


def items(dataset: MultimodalDataset) -> Iterator[Item]:
    """Return the items on the source; none for a set that no reader made."""
    source = record(dataset)
    if not source:
        return
    yield Item("format", "info", source["reader"])
    known = {file["sha256"] for file in _published()}
    for file in source["files"]:
        yield _file(file, known)
    for name, count in source.get("replaced", {}).items():
        found = f"{count} put to 0: -inf for silence, NaN or infinity"
        yield Item(f"not finite/{name}", "warn", found, "finite numbers", "convert it with --nan zero")
    for reason, count in source.get("dropped", {}).items():
        yield Item(f"rows left out/{reason}", "info", f"{count}")


def _published() -> Iterator[dict[str, str]]:
    """Return {name, sha256} of every file whose hash is known."""
    for entry in catalogue.entries().values():
        for file in entry.published:
            yield {"name": file.file, "sha256": file.sha256}
        for file in entry.sources:
            if file.sha256:
                yield {"name": file.to, "sha256": file.sha256}


def _file(file: dict[str, str], known: set[str]) -> Item:
    digest = f"SHA-256 {file['sha256'][:16]}…"
    if file["sha256"] in known:
        return Item(f"file/{file['name']}", "ok", f"{digest}, as published")
    return Item(f"file/{file['name']}", "info", f"{digest}, not among the published ones")
