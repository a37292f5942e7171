"""Checks of the features: widths, constant columns, availability, lengths of sequences."""

from collections.abc import Iterator

import numpy as np

from euar.data import raw
from euar.data.audit.findings import Item, Status
from euar.data.dataset import MultimodalDataset
from euar.data.precision import constant

_WIDTHS = {  # columns of features that are in use under these names
    "text": {768: "BERT", 300: "GloVe", 384: "MiniLM", 100: "text-CNN of the bc-LSTM release"},
    "audio": {
        74: "COVAREP",
        5: "the selection in MMSA's and MulT's MOSI",
        73: "openSMILE of the bc-LSTM release",
        88: "eGeMAPS",
    },
    "vision": {47: "FACET 4.1", 35: "FACET 4.2", 20: "the selection in MMSA's and MulT's MOSI"},
    "video": {100: "3D-CNN of the bc-LSTM release"},
}


def items(dataset: MultimodalDataset) -> Iterator[Item]:
    """Return the items on each modality."""
    for name, kind in raw.kinds(dataset).items():
        state = "with features" if name in dataset.modalities else "features are still to be extracted"
        yield Item(f"raw content/{name}", "info", f"{kind}; {state}")
    for name, values in dataset.modalities.items():
        seen = values[dataset.available[name]]
        known = _WIDTHS.get(name, {}).get(values.shape[1])
        yield Item(f"width/{name}", "info", f"{values.shape[1]}" + (f", as {known} has" if known else ""))
        if not len(seen):
            yield Item(f"available/{name}", "fail", "in no row", "some rows", "leave the modality out")
            continue
        yield _constant(name, values[dataset.available[name] & (dataset.split == "train")])
        share = dataset.available[name].mean()
        yield Item(f"available/{name}", "ok" if share == 1 else "info", f"{share:.1%} of the rows")
        if name in dataset.sequences:
            yield _lengths(name, dataset.sequences[name][1][dataset.available[name]])


def _constant(name: str, training: np.ndarray) -> Item:
    """Return what standardising finds: it looks at the available training rows."""
    check = f"constant columns/{name}"
    if not len(training):
        return Item(check, "fail", "in no training row", "some training rows", "leave the modality out")
    count, alike = int(constant(training).sum()), int((np.ptp(training, axis=0) == 0).sum())
    if not count:
        return Item(check, "ok", "0")
    status: Status = "fail" if count == training.shape[1] else "warn"
    found, remedy = f"{count} of {training.shape[1]}", "they say nothing; standardising turns them into 0"
    if count > alike:
        found += f", {count - alike} of them but for their last digits"
        remedy += "; where these count, subtract the mean in float64 before the column is stored"
    return Item(check, status, found, "0", remedy)


def _lengths(name: str, lengths: np.ndarray) -> Item:
    found = f"{lengths.min()} to {lengths.max()} frames, median {np.median(lengths):g}"
    if empty := int(np.sum(lengths == 0)):
        remedy = "mark these rows unavailable"
        return Item(f"lengths/{name}", "warn", f"{found}; {empty} without a frame", "1 or more", remedy)
    return Item(f"lengths/{name}", "ok", found)
