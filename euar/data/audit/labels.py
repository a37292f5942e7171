"""Checks of the target: its range, its classes, its grid."""

from collections.abc import Iterator

import numpy as np

from euar.data import tasks
from euar.data.audit.findings import Item
from euar.data.audit.published import SPLITS
from euar.data.dataset import MultimodalDataset

_LIMIT = 3  # of the sentiment scale
_GRIDS = {
    5: "multiples of 0.2, as means of five raters are",
    3: "multiples of 1/3, as means of three raters are",
}


def items(dataset: MultimodalDataset) -> Iterator[Item]:
    """Return the items on the target."""
    if question := tasks.open_question(dataset):
        yield Item("task", "warn", question.found, question.expected, question.remedy)
    yield from _classes(dataset) if dataset.task == "classification" else _ratings(dataset)


def _classes(dataset: MultimodalDataset) -> Iterator[Item]:
    size, names = int(dataset.target.max()) + 1, dataset.meta.get("classes")
    if not isinstance(names, list):  # a list has a name for every class, or there is no data set
        if names is not None:
            yield Item("class names", "warn", repr(names)[:80], f"a list of {size}", "name every class")
        names = list(range(size))
    for word in SPLITS:
        counts = np.bincount(dataset.target[dataset.split == word], minlength=len(names))
        yield Item(f"classes/{word}", "info", _histogram(names, counts))
    train = np.unique(dataset.target[dataset.split == "train"])
    if missing := sorted(set(dataset.target.tolist()) - set(train.tolist())):
        found = f"{len(missing)} class(es) without a training row"
        yield Item("classes", "warn", found, "training rows of every class", "split again, or drop the class")


def _ratings(dataset: MultimodalDataset) -> Iterator[Item]:
    target = dataset.target.reshape(len(dataset), -1)
    found = f"{target.min():.2f} to {target.max():.2f}"
    if np.ptp(target) == 0:
        yield Item("labels", "fail", found, "more than one value", "check the column of the labels")
        return
    if not -_LIMIT <= target.min() < 0 < target.max() <= _LIMIT:
        yield Item("labels", "info", f"{found}, not on the sentiment scale (-3 to 3, both signs)")
        return
    yield Item("labels", "ok", found)
    for raters, text in _GRIDS.items():
        share = np.mean(np.abs(target * raters - np.rint(target * raters)) < 1e-3)
        if share > 0.9:
            yield Item("label grid", "info", f"{share:.1%} are {text}")
            break
    for word in SPLITS:
        rows = np.rint(target[dataset.split == word, 0]).astype(int)
        counts = np.bincount(rows + _LIMIT, minlength=2 * _LIMIT + 1)
        yield Item(f"rounded labels/{word}", "info", _histogram(range(-_LIMIT, _LIMIT + 1), counts))


def _histogram(names, counts: np.ndarray) -> str:
    return ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
